//! What the settings of the layers ask for and is not there yet: the template's file, projections.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::glass::Glass;
use super::shelf::ShelfVolume;
use super::underlay::Underlay;
use crate::render::{Ground, LayerSettings};
use crate::ui::shown::Placed;
use crate::ui::study::Study;
use crate::ui::view_state::ViewState;

/// A volume that can be projected.
enum Solid {
    Ground(Underlay),
    Map(Arc<Placed>),
    Overlay(Arc<ShelfVolume>),
}

/// Share of a background's window above which its silhouette counts a voxel: noise around the head is darker.
const SILHOUETTE: f32 = 0.2;

/// Watches the settings as long as the page lives.
pub fn follow_wishes(study: Study, view_state: ViewState) {
    let is_busy = Rc::new(Cell::new(false));
    Effect::new(move |_| {
        let LayerSettings { ground, glass, .. } = view_state.layers.get();
        if ground == Ground::Template {
            untrack(|| study.fetch_template());
        }
        let next = if glass { next_solid(study, ground) } else { None };
        let Some(solid) = next.filter(|_| !is_busy.replace(true)) else { return };
        spawn_local(project(study, solid, is_busy.clone()));
    });
}

/// One volume at a time, so that the page stays quick; the next one when this one is there.
async fn project(study: Study, solid: Solid, is_busy: Rc<Cell<bool>>) {
    let glass = Glass::of(&solid.placed().volume, solid.limit()).await;
    // Only here is it ever set, by one task at a time.
    let _ = solid.placed().glass.set(glass);
    is_busy.set(false);
    study.shelf.0.notify();
}

/// The first volume on show that has not been projected.
fn next_solid(study: Study, ground: Ground) -> Option<Solid> {
    let map = study.map.get().map(|map| Solid::Map(study.clustering.drawn(&map)));
    let below = Underlay::chosen(study, ground).map(Solid::Ground);
    let shelf = study.shelf.0.read();
    let over = shelf.overlays.iter().map(|overlay| Solid::Overlay(overlay.volume.clone()));
    map.into_iter().chain(below).chain(over).find(|solid| solid.placed().glass.get().is_none())
}

impl Solid {
    fn placed(&self) -> &Placed {
        match self {
            Solid::Ground(underlay) => underlay.placed(),
            Solid::Map(placed) => placed,
            Solid::Overlay(volume) => &volume.placed,
        }
    }

    /// Backgrounds are seen as silhouettes.
    fn limit(&self) -> Option<f32> {
        match self {
            Solid::Ground(underlay) => Some(underlay.window().part([SILHOUETTE, 1.0]).low),
            Solid::Map(_) | Solid::Overlay(_) => None,
        }
    }
}
