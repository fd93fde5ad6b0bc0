//! What is read off the last map and drawn beside it.

use serde::{Deserialize, Serialize};

use crate::analysis::histogram::Histogram;
use crate::analysis::profile::Profile;
use crate::analysis::rank_table::RankTable;

/// Numbers of one channel of a map: small beside its voxels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapNumbers {
    /// Channel of the map, from 0.
    pub channel: usize,
    /// Profiles along x, y and z: sagittal, coronal and axial slices.
    pub profiles: [Profile; 3],
    /// Histogram of the values.
    pub histogram: Histogram,
    /// Ranks of the magnitudes.
    pub ranks: RankTable,
}
