//! What the settings of the layers ask for and is not there yet: the template's file, projections.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::glass::Glass;
use super::shelf::ShelfVolume;
use super::underlay::Underlay;
use crate::render::Ground;
use crate::ui::shown::{Placed, ShownMap};
use crate::ui::study::Study;
use crate::ui::view_state::ViewState;

/// A volume that can be projected.
enum Solid {
    Ground(Underlay),
    Map(Arc<ShownMap>),
    Overlay(Arc<ShelfVolume>),
}

/// Share of a background's window above which its silhouette counts a voxel: noise around the head is darker.
const SILHOUETTE: f32 = 0.2;

/// Watches the settings as long as the page lives.
pub fn follow_wishes(study: Study, view_state: ViewState) {
    let ground = Memo::new(move |_| view_state.view.read().layers.ground);
    Effect::new(move |_| {
        if ground.get() == Ground::Template {
            untrack(|| study.fetch_template());
        }
    });
    // Whoever opens a background wants to see it.
    Effect::watch(
        move || study.shelf.own.get().is_some(),
        move |is_there, _, _| {
            if *is_there {
                view_state.view.update(|view| view.layers.ground = Ground::Own);
            }
        },
        false,
    );
    project_when_wanted(study, view_state);
}

/// One volume after the other, so that the page stays quick.
fn project_when_wanted(study: Study, view_state: ViewState) {
    let is_wanted = Memo::new(move |_| view_state.view.read().layers.glass);
    let ground = Memo::new(move |_| view_state.view.read().layers.ground);
    let is_busy = StoredValue::new(false);
    Effect::new(move |_| {
        study.shelf.n_projected.track();
        if !is_wanted.get() {
            return;
        }
        let next = solids(study, ground.get()).into_iter().find(|solid| solid.placed().glass.get().is_none());
        let Some(solid) = next.filter(|_| !is_busy.get_value()) else { return };
        is_busy.set_value(true);
        spawn_local(async move {
            let glass = Glass::of(&solid.placed().volume, solid.limit()).await;
            // Only here is it ever set, by one task at a time.
            let _ = solid.placed().glass.set(glass);
            is_busy.set_value(false);
            study.shelf.n_projected.update(|n| *n = n.wrapping_add(1));
        });
    });
}

fn solids(study: Study, ground: Ground) -> Vec<Solid> {
    let map = study.map.get().map(Solid::Map);
    let below = Underlay::chosen(study, ground).map(Solid::Ground);
    let over = study.shelf.overlays.get().into_iter().map(|overlay| Solid::Overlay(overlay.volume));
    map.into_iter().chain(below).chain(over).collect()
}

impl Solid {
    fn placed(&self) -> &Placed {
        match self {
            Solid::Ground(underlay) => underlay.placed(),
            Solid::Map(map) => &map.placed,
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
