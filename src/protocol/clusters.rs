//! Clusters of the last map: what is asked, and the answer.

use serde::{Deserialize, Serialize};

use super::Explanation;
use crate::analysis::clusters::ClusterRule;

/// Most clusters that are listed: a map of noise has tens of thousands.
pub const MAX_LISTED_CLUSTERS: usize = 100;

/// Which clusters the page wants to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterRequest {
    /// What the map must be a map of: the page asks about what it shows.
    pub explanation: Explanation,
    /// Which channel of it, from 0.
    pub channel: usize,
    /// Above which magnitude, and how large.
    pub rule: ClusterRule,
}

/// The clusters of a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClustersReady {
    /// Suggested name of a file of the table, without its ending.
    pub name: String,
    /// The strongest voxel of each listed cluster, as an index into the channel's voxels: at most [`MAX_LISTED_CLUSTERS`], the
    /// strongest first. The page has value and place itself.
    pub peaks: Vec<usize>,
    /// How many voxels each has, in the same order.
    pub sizes: Vec<usize>,
    /// How many there are in all.
    pub n_clusters: usize,
    /// Voxels of them all.
    pub n_voxels: usize,
    /// How many clusters are too small.
    pub n_small: usize,
    /// Voxels of those.
    pub n_small_voxels: usize,
}
