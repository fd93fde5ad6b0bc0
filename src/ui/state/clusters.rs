//! The clusters of the shown map: which are wanted, and what the engine found.

use std::sync::{Arc, OnceLock};

use leptos::prelude::*;

use super::shown::{PlacedVolume, ShownMap};
use crate::analysis::clusters::{Cluster, ClusterRule, blank_voxels};
use crate::protocol::{ClustersReady, Failure};
use crate::volume::Volume;
use crate::web::yield_now::macrotask;

/// The shown map's clusters and the queries for them; part of [`Study`](super::study::Study).
#[derive(Clone, Copy)]
pub struct ClusterState {
    /// `None` while no part of the page needs clusters.
    pub found: RwSignal<Option<Arc<ClusterResult>>>,
    queries: StoredValue<ClusterQueries>,
}

/// The newest query, and the one that was last sent to the engine. Queries between the two are dropped.
#[derive(Default)]
struct ClusterQueries {
    newest: Option<ClusterQuery>,
    sent: Option<ClusterQuery>,
}

/// A map and the rule by which its clusters are found.
#[derive(Clone)]
pub struct ClusterQuery {
    /// Compared by identity: another map with the same explanation has other voxels.
    pub map: Arc<ShownMap>,
    pub rule: ClusterRule,
}

/// The engine's answer to a query.
pub struct ClusterResult {
    pub query: ClusterQuery,
    pub answer: Result<ClustersReady, Failure>,
    /// The map without the voxels of clusters that are too small, if there are any.
    without_small: Option<Arc<PlacedVolume>>,
}

/// Voxels that are copied at once, a multiple of eight: about a millisecond.
const PIECE: usize = 1 << 19;

impl PartialEq for ClusterQuery {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.map, &other.map) && self.rule == other.rule
    }
}

impl ClusterResult {
    /// The clusters of the table, the strongest first.
    pub fn listed(&self) -> Vec<Cluster> {
        let Ok(ClustersReady { peaks, sizes, .. }) = &self.answer else { return Vec::new() };
        let volume = &self.query.map.placed.volume;
        let of = |(&peak, &size): (&usize, &usize)| Some(Cluster::new(size, peak, *volume.data().get(peak)?, &volume.grid()));
        peaks.iter().zip(sizes).filter_map(of).collect()
    }
}

impl ClusterState {
    /// No query yet.
    pub fn new() -> Self {
        ClusterState { found: RwSignal::new(None), queries: StoredValue::new(ClusterQueries::default()) }
    }

    /// The volume that is drawn for a map: all of it, unless small clusters are left out and known.
    pub fn drawn(&self, map: &Arc<ShownMap>) -> Arc<PlacedVolume> {
        let found = self.found.read();
        let of_map = found.as_ref().filter(|found| Arc::ptr_eq(&found.query.map, map));
        of_map.and_then(|found| found.without_small.clone()).unwrap_or_else(|| map.placed.clone())
    }

    /// Replaces the newest query. A result of another map is dropped, since maps are large.
    pub(super) fn set_newest(&self, query: Option<ClusterQuery>) {
        let is_of_map = |found: &Arc<ClusterResult>| query.as_ref().is_some_and(|query| Arc::ptr_eq(&query.map, &found.query.map));
        if self.found.read_untracked().as_ref().is_some_and(|found| !is_of_map(found)) {
            self.found.set(None);
        }
        self.queries.update_value(|queries| {
            if query.is_none() {
                queries.sent = None;
            }
            queries.newest = query;
        });
    }

    /// The newest query, if it differs from the one that was sent last; counts it as sent.
    pub(super) fn next_to_send(&self) -> Option<ClusterQuery> {
        let query = self.queries.try_update_value(|queries| {
            let is_new = queries.newest != queries.sent;
            queries.sent.clone_from(&queries.newest);
            queries.newest.clone().filter(|_| is_new)
        });
        query.flatten()
    }

    /// Stores the engine's clusters, and the map without `small_voxels`: one bit per voxel of a cluster that is too small.
    pub(super) async fn take(&self, ready: ClustersReady, small_voxels: Vec<u8>) {
        let Some(query) = self.sent() else { return };
        let without_small = if small_voxels.is_empty() { None } else { without(&query.map.placed, &small_voxels).await.map(Arc::new) };
        self.show(ClusterResult { query, answer: Ok(ready), without_small });
    }

    /// Stores the engine's failure in place of clusters.
    pub fn fail(&self, failure: Failure) {
        if let Some(query) = self.sent() {
            self.show(ClusterResult { query, answer: Err(failure), without_small: None });
        }
    }

    /// Makes the last query be sent again: a cancel that was meant for another job ended it without an answer.
    pub fn retry(&self) {
        self.queries.update_value(|queries| queries.sent = None);
    }

    fn sent(&self) -> Option<ClusterQuery> {
        self.queries.with_value(|queries| queries.sent.clone())
    }

    /// Shows a result, unless its map is no longer the one that is looked at.
    fn show(&self, found: ClusterResult) {
        let newest = self.queries.with_value(|queries| queries.newest.clone());
        if newest.is_some_and(|newest| Arc::ptr_eq(&newest.map, &found.query.map)) {
            self.found.set(Some(Arc::new(found)));
        }
    }
}

/// A copy of a map with 0 in the voxels whose bit is set, made a piece at a time.
async fn without(map: &PlacedVolume, voxels: &[u8]) -> Option<PlacedVolume> {
    let mut values = Vec::with_capacity(map.volume.data().len());
    for (piece, bits) in map.volume.data().chunks(PIECE).zip(voxels.chunks(PIECE / 8)) {
        let start = values.len();
        values.extend_from_slice(piece);
        blank_voxels(&mut values[start..], bits);
        macrotask().await;
    }
    let volume = Volume::new(map.volume.shape(), values, *map.volume.world_from_voxel()).ok()?;
    let PlacedVolume { voxel_from_world, bounds, pixel_mm, .. } = *map;
    Some(PlacedVolume { volume, voxel_from_world, bounds, pixel_mm, projections: OnceLock::new() })
}
