//! The clusters of a map, a step at a time.

use crate::analysis::clusters::{ClusterError, Clusters, Finding};
use crate::engine::failure::JobEnd;
use crate::engine::progress::Pacer;
use crate::engine::single::element_map::ElementMap;
use crate::pace::{Pace, Stage};
use crate::protocol::{ClusterRequest, ClustersReady, MAX_LISTED_CLUSTERS};

/// Finds the clusters of a map.
///
/// # Errors
/// A cancel, a channel that is not there, or a threshold that is none.
pub(super) async fn clusters_of(map: &ElementMap, request: &ClusterRequest, pacer: &Pacer<'_>) -> Result<Clusters, JobEnd> {
    let grid = map.placement.grid();
    let n_voxels = grid.shape.iter().product::<usize>().max(1);
    let values = map.values.chunks_exact(n_voxels).nth(request.channel).ok_or_else(|| no_channel(request.channel))?;
    let mut finding = Finding::begin(values, grid, request.rule)?;
    loop {
        pacer.step(Stage::Clustering, 0, 0).await?;
        if let Some(found) = finding.step() {
            return Ok(found);
        }
    }
}

/// The event of clusters with its attachment: the voxels of those that are too small, as bits.
pub(super) fn clusters_ready(name: String, found: Clusters) -> (ClustersReady, Vec<u8>) {
    let Clusters { large, n_voxels, n_small, small_voxels } = found;
    let listed = || large.iter().take(MAX_LISTED_CLUSTERS);
    let ready = ClustersReady {
        name,
        peaks: listed().map(|cluster| cluster.peak).collect(),
        sizes: listed().map(|cluster| cluster.n_voxels).collect(),
        n_clusters: large.len(),
        n_voxels,
        n_small,
        n_small_voxels: small_voxels.count,
    };
    (ready, small_voxels.bytes)
}

fn no_channel(channel: usize) -> JobEnd {
    JobEnd::because(format!("the map has no channel {}", channel + 1), "choose another channel")
}

impl From<ClusterError> for JobEnd {
    fn from(error: ClusterError) -> Self {
        Self::because(error, "choose a threshold of 0 or more")
    }
}
