//! `Stride_Conv5_FC3`: as Conv5_FC3, but convolutions of stride 2 instead of pooling.

use super::builder::{Module, Plan};

/// Class name in maps.json.
pub const NAME: &str = "Stride_Conv5_FC3";

/// Number of blocks.
const N_BLOCKS: usize = 5;

/// Layers and their keys.
pub fn plan() -> Plan {
    let block = |index: usize| {
        let first = 3 * index;
        [
            Module::Conv3d { key: format!("convolutions.{first}"), stride: 2 },
            Module::BatchNorm { key: format!("convolutions.{}", first + 1) },
            Module::Relu,
        ]
    };
    Plan { convolutions: (0..N_BLOCKS).flat_map(block).collect(), fc: vec!["fc.2", "fc.4", "fc.6"] }
}
