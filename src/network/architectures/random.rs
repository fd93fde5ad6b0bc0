//! `RandomArchitecture`, whose layers were drawn when it was trained and stand in maps.json; 2D and 3D.

use super::plan::{Plan, Planned, PlannedHead, PlannedModule};
use crate::kernels::Activation::LeakyRelu;
use crate::maps::{RandomArchitecture, RandomBlock, RandomNormalization, RandomReduction};

/// Layers and their keys; numbers of channels and widths come from the checkpoint.
pub fn plan(parameters: &RandomArchitecture) -> Plan {
    let module = |block: &RandomBlock| {
        let plural = if block.n_conv == 1 { "" } else { "s" };
        let pooling = if block.reduction == RandomReduction::MaxPooling { " + max pooling" } else { ", the last of stride 2" };
        let pooling = if block.n_conv == 1 { pooling.replace(", the last of stride", ", stride") } else { pooling.to_owned() };
        PlannedModule::block(format!("block of {} convolution{plural}{pooling}", block.n_conv), layers(block, parameters.normalization))
    };
    let keys = (0..parameters.n_fc_blocks).map(|index| format!("fc.FC{index}.0"));
    Plan { convolutions: parameters.blocks.iter().map(module).collect(), fc: PlannedHead::new(keys, Some(LeakyRelu)) }
}

/// The keys count every layer of the block, with or without weights.
fn layers(block: &RandomBlock, normalization: RandomNormalization) -> Vec<Planned> {
    let mut layers = Vec::new();
    let key = |index: usize| format!("convolutions.{}.{index}", block.name);
    for number in 1..=block.n_conv {
        let halves = number == block.n_conv && block.reduction == RandomReduction::Stride;
        layers.push(Planned::convolution(key(layers.len()), if halves { 2 } else { 1 }));
        match normalization {
            RandomNormalization::Batch => layers.push(Planned::BatchNorm { key: key(layers.len()) }),
            RandomNormalization::Instance => layers.push(Planned::InstanceNorm),
            RandomNormalization::None => {}
        }
        layers.push(Planned::Activation(LeakyRelu));
    }
    if block.reduction == RandomReduction::MaxPooling {
        layers.push(Planned::PadMaxPool);
    }
    layers
}
