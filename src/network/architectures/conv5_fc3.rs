//! `Conv5_FC3`: five blocks of convolution, batch normalisation, ReLU and pooling; three fully connected layers.

use super::builder::{Module, Plan};

/// Class name in maps.json.
pub const NAME: &str = "Conv5_FC3";

/// Number of blocks.
const N_BLOCKS: usize = 5;

/// Layers and their keys.
pub fn plan() -> Plan {
    Plan { convolutions: pooled_blocks(), fc: vec!["fc.2", "fc.4", "fc.6"] }
}

/// The convolutional part, which Conv4_FC3 shares: despite its name that one has five blocks too.
pub fn pooled_blocks() -> Vec<Module> {
    let block = |index: usize| {
        let first = 4 * index;
        [
            Module::Conv3d { key: format!("convolutions.{first}"), stride: 1 },
            Module::BatchNorm { key: format!("convolutions.{}", first + 1) },
            Module::Relu,
            Module::PadMaxPool,
        ]
    };
    (0..N_BLOCKS).flat_map(block).collect()
}
