//! Maps that are kept beside each other, and what a comparison of two of them gives.

use serde::{Deserialize, Serialize};

use crate::analysis::comparison::{Correlations, Overlap, Voxels};

/// Most maps that are kept: at 1 mm each takes 25 MB in the engine, and as much again on the page.
pub const MAX_KEPT_MAPS: usize = 4;

/// Which two kept maps to compare, and how.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ComparisonRequest {
    /// Numbers of the maps, in the order of the difference.
    pub maps: [u32; 2],
    /// The voxels that count.
    pub voxels: Voxels,
    /// The share of the voxels that are a map's strongest, in percent.
    pub top_percent: f64,
}

/// A comparison of two maps, with its request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The request that it answers.
    pub asked: ComparisonRequest,
    /// Numbers, or why there are none.
    pub outcome: ComparisonOutcome,
}

/// The numbers of a comparison, or why there are none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ComparisonOutcome {
    /// Numbers of two maps on one grid.
    Numbers(Correlations, Overlap),
    /// The maps' grids differ in size or place, or one has other channels.
    OtherGrid,
    /// The map of this number is not kept any more: the engine was restarted.
    Gone(u32),
}
