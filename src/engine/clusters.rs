//! The clusters of a map, a step at a time.

use super::failure::Ended;
use super::progress::Pacer;
use super::session::last_map_of;
use super::{Engine, Host};
use crate::analysis::clusters::{ClusterError, Clusters, Finding};
use crate::pace::{Pace, Stage};
use crate::protocol::{Attachment, ClusterRequest, ClustersReady, Event, MAX_LISTED_CLUSTERS};

impl Engine {
    /// Finds what was asked for in the last map.
    ///
    /// # Errors
    /// A cancel, another map than the last, a channel that is not there, or a threshold that is none.
    pub(super) async fn find_clusters(&self, asked: &ClusterRequest, host: &dyn Host) -> Result<(), Ended> {
        let last = last_map_of(self.explained.as_ref(), &asked.explanation)?;
        let (grid, pacer) = (last.map.placement.grid(), Pacer::new(host));
        let n_voxels = grid.shape.iter().product::<usize>().max(1);
        let values = last.map.values.chunks_exact(n_voxels).nth(asked.channel).ok_or_else(|| no_channel(asked.channel))?;
        let mut finding = Finding::begin(values, grid, asked.rule)?;
        let found = loop {
            pacer.step(Stage::Clustering, 0, 0).await?;
            if let Some(found) = finding.step() {
                break found;
            }
        };
        let (ready, small) = told(last.figure_name(), found);
        host.post(Event::Clusters(Box::new(ready)), vec![Attachment::Bytes(small)]);
        Ok(())
    }
}

fn told(name: String, found: Clusters) -> (ClustersReady, Vec<u8>) {
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

fn no_channel(channel: usize) -> Ended {
    Ended::because(format!("the map has no channel {}", channel + 1), "choose another channel")
}

impl From<ClusterError> for Ended {
    fn from(error: ClusterError) -> Self {
        Self::because(error, "choose a threshold of 0 or more")
    }
}
