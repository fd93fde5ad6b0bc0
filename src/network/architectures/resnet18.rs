//! `resnet18`: torchvision's ResNet-18 (He et al. 2016, arXiv:1512.03385) on slices of three channels, with one more fully
//! connected layer, and no activation before it.

use super::plan::{Plan, Planned, PlannedHead, PlannedModule};
use crate::kernels::Activation::Relu;

/// Blocks of two convolutions in each of the four layers.
const N_BLOCKS: usize = 2;

/// Layers and their keys.
pub fn plan() -> Plan {
    let mut convolutions = vec![
        PlannedModule::of(Planned::unbiased("convolutions.0".to_owned(), 7, 2)),
        PlannedModule::of(Planned::BatchNorm { key: "convolutions.1".to_owned() }),
        PlannedModule::of(Planned::Activation(Relu)),
        PlannedModule::of(Planned::MaxPool { padding: 1 }),
    ];
    convolutions.extend((4..8).map(layer));
    convolutions.push(PlannedModule::of(Planned::AveragePool));
    Plan { convolutions, fc: PlannedHead::new(["fc.1", "fc.fc_out"], None) }
}

/// Module `index`, of which all but the first halve the axes in their first block.
fn layer(index: usize) -> PlannedModule {
    let block = |number: usize| {
        let stride = if index > 4 && number == 0 { 2 } else { 1 };
        basic_block(&format!("convolutions.{index}.{number}"), stride)
    };
    PlannedModule::block(format!("layer {}: {N_BLOCKS} residual blocks", index - 3), (0..N_BLOCKS).flat_map(block).collect())
}

fn basic_block(key: &str, stride: usize) -> Vec<Planned> {
    let branch = vec![
        Planned::unbiased(format!("{key}.conv1"), 3, stride),
        Planned::BatchNorm { key: format!("{key}.bn1") },
        Planned::Activation(Relu),
        Planned::unbiased(format!("{key}.conv2"), 3, 1),
        Planned::BatchNorm { key: format!("{key}.bn2") },
    ];
    let downsample =
        || vec![Planned::unbiased(format!("{key}.downsample.0"), 1, stride), Planned::BatchNorm { key: format!("{key}.downsample.1") }];
    let shortcut = if stride == 1 { Vec::new() } else { downsample() };
    vec![Planned::Residual { branch, shortcut }, Planned::Activation(Relu)]
}
