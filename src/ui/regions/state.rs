//! The clusters that are wanted, those that are known, and the way between the two.

use std::sync::{Arc, OnceLock};

use leptos::prelude::*;

use crate::analysis::clusters::{Cluster, ClusterRule, blank_voxels};
use crate::protocol::{ClusterRequest, ClustersReady, Failure, Request};
use crate::ui::shown::{Placed, ShownMap};
use crate::ui::study::{Study, Task};
use crate::volume::Volume;
use crate::web::yield_now::macrotask;

/// What is known of the shown map's clusters; part of the study.
#[derive(Clone, Copy)]
pub struct Clustering {
    /// Absent as long as nobody wants to know.
    pub found: RwSignal<Option<Arc<Found>>>,
    wishes: StoredValue<Wishes>,
}

/// The newest wish, and the one that the engine works on or has answered: those between are given up.
#[derive(Default)]
struct Wishes {
    newest: Option<Wish>,
    ordered: Option<Wish>,
}

/// Clusters that are wanted.
#[derive(Clone)]
pub struct Wish {
    /// Of this map: another one of the same kind has other voxels.
    pub map: Arc<ShownMap>,
    pub rule: ClusterRule,
}

/// What the engine said to a wish.
pub struct Found {
    pub wish: Wish,
    pub told: Result<ClustersReady, Failure>,
    /// The map without the voxels of clusters that are too small, if there are any.
    without_small: Option<Arc<Placed>>,
}

/// Voxels that are copied at once, a multiple of eight: about a millisecond.
const PIECE: usize = 1 << 19;

impl PartialEq for Wish {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.map, &other.map) && self.rule == other.rule
    }
}

impl Found {
    /// Those of the table, the strongest first.
    pub fn listed(&self) -> Vec<Cluster> {
        let Ok(ClustersReady { peaks, sizes, .. }) = &self.told else { return Vec::new() };
        let volume = &self.wish.map.placed.volume;
        let of = |(&peak, &size): (&usize, &usize)| Some(Cluster::new(size, peak, *volume.data().get(peak)?, &volume.grid()));
        peaks.iter().zip(sizes).filter_map(of).collect()
    }
}

impl Clustering {
    pub fn new() -> Self {
        Clustering { found: RwSignal::new(None), wishes: StoredValue::new(Wishes::default()) }
    }

    /// What is drawn of a map: all of it, unless small clusters are left out and known.
    pub fn drawn(&self, map: &Arc<ShownMap>) -> Arc<Placed> {
        let found = self.found.read();
        let of_map = found.as_ref().filter(|found| Arc::ptr_eq(&found.wish.map, map));
        of_map.and_then(|found| found.without_small.clone()).unwrap_or_else(|| map.placed.clone())
    }

    /// Takes what the engine says instead of clusters.
    pub fn fail(&self, failure: Failure) {
        if let Some(wish) = self.ordered() {
            self.take(Found { wish, told: Err(failure), without_small: None });
        }
    }

    /// After a cancel, which was meant for another job: the wish stands and is not fulfilled.
    pub fn ask_again(&self) {
        self.wishes.update_value(|wishes| wishes.ordered = None);
    }

    fn ordered(&self) -> Option<Wish> {
        self.wishes.with_value(|wishes| wishes.ordered.clone())
    }

    /// What was found of a map that is not looked at any more is of no use.
    fn take(&self, found: Found) {
        let newest = self.wishes.with_value(|wishes| wishes.newest.clone());
        if newest.is_some_and(|newest| Arc::ptr_eq(&newest.map, &found.wish.map)) {
            self.found.set(Some(Arc::new(found)));
        }
    }
}

impl Study {
    /// Asks for clusters, at once or when the engine has answered what it was asked before; `None` gives the wish up.
    pub fn look_for_clusters(&self, wish: Option<Wish>) {
        let Clustering { found, wishes } = self.clustering;
        let is_of_map = |found: &Arc<Found>| wish.as_ref().is_some_and(|wish| Arc::ptr_eq(&wish.map, &found.wish.map));
        // Maps are large: what was found of another one is let go of.
        if found.read_untracked().as_ref().is_some_and(|found| !is_of_map(found)) {
            found.set(None);
        }
        wishes.update_value(|wishes| {
            if wish.is_none() {
                wishes.ordered = None;
            }
            wishes.newest = wish;
        });
        self.order_clusters();
    }

    /// Asks for what is wished, unless it is being asked or has been answered.
    pub fn order_clusters(&self) {
        if self.work.read_untracked().is_doing(Task::Clusters) {
            return;
        }
        let wish = self.clustering.wishes.try_update_value(|wishes| {
            let is_new = wishes.newest != wishes.ordered;
            wishes.ordered.clone_from(&wishes.newest);
            wishes.newest.clone().filter(|_| is_new)
        });
        let Some(Wish { map, rule }) = wish.flatten() else { return };
        let request = ClusterRequest { explanation: map.ready.explanation.clone(), channel: map.channel, rule };
        self.send_quietly(Task::Clusters, Request::FindClusters(Box::new(request)));
    }

    /// Takes clusters, with the voxels of those that are too small.
    pub(in crate::ui) async fn take_clusters(&self, ready: ClustersReady, small_voxels: Vec<u8>) {
        let Some(wish) = self.clustering.ordered() else { return };
        let without_small = if small_voxels.is_empty() { None } else { without(&wish.map.placed, &small_voxels).await.map(Arc::new) };
        self.clustering.take(Found { wish, told: Ok(ready), without_small });
    }
}

/// A copy of a map without some voxels, made a piece at a time.
async fn without(map: &Placed, voxels: &[u8]) -> Option<Placed> {
    let mut values = Vec::with_capacity(map.volume.data().len());
    for (piece, bits) in map.volume.data().chunks(PIECE).zip(voxels.chunks(PIECE / 8)) {
        let start = values.len();
        values.extend_from_slice(piece);
        blank_voxels(&mut values[start..], bits);
        macrotask().await;
    }
    let volume = Volume::new(map.volume.shape(), values, *map.volume.world_from_voxel()).ok()?;
    let Placed { voxel_from_world, bounds, pixel_mm, .. } = *map;
    Some(Placed { volume, voxel_from_world, bounds, pixel_mm, glass: OnceLock::new() })
}
