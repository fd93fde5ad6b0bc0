//! Prepares what the settings of the layers need: the template is fetched, shown volumes are projected for the glass brain.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::render::{Ground, LayerSettings};
use crate::ui::state::extra_volumes::ExtraVolume;
use crate::ui::state::projections::PlaneProjections;
use crate::ui::state::shown::PlacedVolume;
use crate::ui::state::study::Study;
use crate::ui::state::underlay::Underlay;
use crate::ui::state::view_state::ViewState;

/// A shown volume, which the glass brain needs projected.
enum LayerVolume {
    Ground(Underlay),
    Map(Arc<PlacedVolume>),
    Overlay(Arc<ExtraVolume>),
}

/// Voxels above this share of a background's grey window belong to its silhouette: noise around the head is darker.
const SILHOUETTE: f32 = 0.2;

/// Watches the settings as long as the page lives.
pub fn prepare_layers(study: Study, view_state: ViewState) {
    let is_busy = Rc::new(Cell::new(false));
    Effect::new(move |_| {
        let LayerSettings { ground, glass, .. } = view_state.layers.get();
        if ground == Ground::Template {
            untrack(|| study.fetch_template());
        }
        let next = if glass { next_unprojected(study, ground) } else { None };
        let Some(layer) = next.filter(|_| !is_busy.replace(true)) else { return };
        spawn_local(project(study, layer, is_busy.clone()));
    });
}

/// Projects one volume. Only one is projected at a time, so that the page stays responsive; its end starts the next.
async fn project(study: Study, layer: LayerVolume, is_busy: Rc<Cell<bool>>) {
    let projections = PlaneProjections::of(&layer.placed().volume, layer.limit()).await;
    // Only here is it ever set, by one task at a time.
    let _ = layer.placed().projections.set(projections);
    is_busy.set(false);
    study.extra_volumes.0.notify();
}

/// The first shown volume that has not been projected.
fn next_unprojected(study: Study, ground: Ground) -> Option<LayerVolume> {
    let map = study.map.get().map(|map| LayerVolume::Map(study.clusters.drawn(&map)));
    let below = Underlay::chosen(study, ground).map(LayerVolume::Ground);
    let contents = study.extra_volumes.0.read();
    let over = contents.overlays.iter().map(|overlay| LayerVolume::Overlay(overlay.volume.clone()));
    map.into_iter().chain(below).chain(over).find(|layer| layer.placed().projections.get().is_none())
}

impl LayerVolume {
    fn placed(&self) -> &PlacedVolume {
        match self {
            LayerVolume::Ground(underlay) => underlay.placed(),
            LayerVolume::Map(placed) => placed,
            LayerVolume::Overlay(volume) => &volume.placed,
        }
    }

    /// The value above which a voxel of a background belongs to its silhouette; `None` for maps and overlays, which have none.
    fn limit(&self) -> Option<f32> {
        match self {
            LayerVolume::Ground(underlay) => Some(underlay.window().part([SILHOUETTE, 1.0]).low),
            LayerVolume::Map(_) | LayerVolume::Overlay(_) => None,
        }
    }
}
