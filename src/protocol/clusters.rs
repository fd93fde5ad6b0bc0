//! Clusters of the last map: what is asked, and the answer.

use serde::{Deserialize, Serialize};

use super::MapIdentity;
use crate::analysis::clusters::ClusterRule;

/// Most clusters that are listed: a map of noise has tens of thousands.
pub const MAX_LISTED_CLUSTERS: usize = 100;

/// Which clusters of which map are looked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterRequest {
    /// What the last map must be of: the page asks about what it shows.
    pub map: MapIdentity,
    /// Channel of the map, from 0.
    pub channel: usize,
    /// The threshold, and the size of the smallest cluster that counts.
    pub rule: ClusterRule,
}

/// The clusters of a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClustersReady {
    /// Suggested name of a file of the table, without its ending.
    pub name: String,
    /// The strongest voxel of each listed cluster, as an index into the channel's voxels: at most [`MAX_LISTED_CLUSTERS`], the
    /// strongest first. The page reads value and place off its own copy of the map.
    pub peaks: Vec<usize>,
    /// Number of voxels of each listed cluster, in the order of `peaks`.
    pub sizes: Vec<usize>,
    /// Number of clusters, listed or not, that are large enough.
    pub n_clusters: usize,
    /// Number of voxels of all `n_clusters` clusters.
    pub n_voxels: usize,
    /// Number of clusters that are too small.
    pub n_small: usize,
    /// Number of voxels of the clusters that are too small.
    pub n_small_voxels: usize,
}
