//! What a map is of. Whatever names a map, asks about it or saves it goes by this, never by what is chosen in a form meanwhile.

use serde::{Deserialize, Serialize};

use super::{DeviceInfo, Explanation};

/// A trained network of a MAPS, by its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointKey {
    /// Folder name of the MAPS.
    pub maps: String,
    /// The `n` of `split-n`.
    pub split: u32,
    /// The `metric` of `best-metric`.
    pub selection: String,
}

/// What a map is of: the network, the element of an image, and the question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapIdentity {
    /// The network that is explained.
    pub checkpoint: CheckpointKey,
    /// Whose image, and how it is explained.
    pub explanation: Explanation,
}

/// A map as it is chosen: what it is of, and where it is computed.
#[derive(Debug, Clone, PartialEq)]
pub struct WantedMap {
    /// What it is of.
    pub map: MapIdentity,
    /// The device that computes it; `None` before one is known.
    pub device: Option<DeviceInfo>,
}
