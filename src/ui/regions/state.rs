//! The clusters that are wanted, those that are known, and the way between the two.

use std::sync::{Arc, OnceLock};

use leptos::prelude::*;

use crate::analysis::clusters::{ClusterRule, blank_voxels};
use crate::engine::message::{ClusterRequest, ClustersReady, Failure, Request};
use crate::ui::shown::{Placed, ShownMap};
use crate::ui::study::{Study, Task};
use crate::volume::Volume;
use crate::web::yield_now::macrotask;

/// What is known of the shown map's clusters; part of the study.
#[derive(Clone, Copy)]
pub struct Clustering {
    /// Absent as long as nobody wants to know.
    pub found: RwSignal<Option<Arc<Found>>>,
    /// The wish that is on its way or fulfilled, and one that waits for the engine: the newest wins.
    ordered: StoredValue<Option<Wish>>,
    waiting: StoredValue<Option<Wish>>,
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
    pub told: Result<Told, Failure>,
}

/// Clusters of a map.
pub struct Told {
    pub ready: ClustersReady,
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

impl Clustering {
    pub fn new() -> Self {
        Clustering { found: RwSignal::new(None), ordered: StoredValue::new(None), waiting: StoredValue::new(None) }
    }

    /// What is drawn of a map: all of it, unless small clusters are left out and known.
    pub fn drawn(&self, map: &Arc<ShownMap>) -> Arc<Placed> {
        let found = self.found.read();
        let of_map = found.as_ref().filter(|found| Arc::ptr_eq(&found.wish.map, map));
        let without_small = of_map.and_then(|found| found.told.as_ref().ok()?.without_small.clone());
        without_small.unwrap_or_else(|| map.placed.clone())
    }

    /// After a cancel that was meant for another job: the wish still stands.
    pub fn ask_again(&self) {
        self.waiting.update_value(|waiting| *waiting = waiting.take().or_else(|| self.ordered.get_value()));
    }

    /// Takes what the engine says instead of clusters.
    pub fn fail(&self, failure: Failure) {
        self.take(self.ordered.get_value(), Err(failure));
    }

    /// Takes what was said to a wish, unless it has been given up.
    fn take(&self, wish: Option<Wish>, told: Result<Told, Failure>) {
        if let Some(wish) = wish.filter(|wish| self.ordered.get_value().as_ref() == Some(wish)) {
            self.found.set(Some(Arc::new(Found { wish, told })));
        }
    }

    fn clear(&self) {
        self.ordered.set_value(None);
        self.waiting.set_value(None);
        if self.found.read_untracked().is_some() {
            self.found.set(None);
        }
    }
}

impl Study {
    /// Asks for clusters, at once or when the engine has answered what it was asked before; `None` gives the wish up.
    pub fn look_for_clusters(&self, wish: Option<Wish>) {
        let clustering = self.clustering;
        let Some(wish) = wish else { return clustering.clear() };
        let knows_other_map = clustering.found.read_untracked().as_ref().is_some_and(|found| !Arc::ptr_eq(&found.wish.map, &wish.map));
        if knows_other_map {
            clustering.found.set(None);
        }
        if self.work.read_untracked().is_doing(Task::Clusters) {
            clustering.waiting.set_value(Some(wish));
        } else {
            self.order_clusters(wish);
        }
    }

    /// After an answer: what was wished for meanwhile.
    pub fn look_for_waiting_clusters(&self) {
        let wish = self.clustering.waiting.try_update_value(Option::take).flatten();
        wish.into_iter().for_each(|wish| self.order_clusters(wish));
    }

    fn order_clusters(&self, wish: Wish) {
        let (explanation, channel, rule) = (wish.map.ready.explanation.clone(), wish.map.channel, wish.rule);
        self.clustering.ordered.set_value(Some(wish));
        self.send_quietly(Task::Clusters, Request::FindClusters(Box::new(ClusterRequest { explanation, channel, rule })));
    }

    /// Takes clusters, with the voxels of those that are too small.
    pub(in crate::ui) async fn take_clusters(&self, ready: ClustersReady, small_voxels: Vec<u8>) {
        let wish = self.clustering.ordered.get_value();
        let Some(map) = wish.as_ref().map(|wish| wish.map.clone()) else { return };
        let without_small = if small_voxels.is_empty() { None } else { without(&map.placed, &small_voxels).await.map(Arc::new) };
        self.clustering.take(wish, Ok(Told { ready, without_small }));
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
