//! What is said of maps that are kept beside each other.

use serde::{Deserialize, Serialize};

use crate::analysis::comparison::{Correlations, Overlap, Voxels};

/// Most maps that are kept: of 1 mm voxels 25 MB each, and the same again on the page.
pub const MAX_KEPT_MAPS: usize = 4;

/// What is asked of two kept maps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ComparisonRequest {
    /// Numbers of the maps, in the order of the difference.
    pub maps: [u32; 2],
    /// Which voxels count.
    pub voxels: Voxels,
    /// The share of the voxels that are a map's strongest, in percent.
    pub top_percent: f64,
}

/// What two maps have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What was asked.
    pub asked: ComparisonRequest,
    /// The answer.
    pub outcome: ComparisonOutcome,
}

/// Numbers, or why there are none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ComparisonOutcome {
    /// Both lie on one grid.
    Numbers(Correlations, Overlap),
    /// Their grids differ in size or place, or one has other channels.
    OtherGrid,
    /// This one is not kept any more: the engine was started anew.
    Gone(u32),
}
