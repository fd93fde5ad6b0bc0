//! `Conv4_FC3`: the convolutions of Conv5_FC3 (five blocks, despite its name) and narrower fully connected layers.

use super::builder::Plan;
use super::conv5_fc3::pooled_blocks;

/// Class name in maps.json.
pub const NAME: &str = "Conv4_FC3";

/// Layers and their keys; the widths (50, 40) come from the checkpoint.
pub fn plan() -> Plan {
    Plan { convolutions: pooled_blocks(), fc: vec!["fc.2", "fc.4", "fc.6"] }
}
