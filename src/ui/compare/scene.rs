//! The part of the head that all columns show: one frame for all, so that what is compared stands in the same place.

use leptos::prelude::*;

use super::state::{Comparing, KeptMap};
use crate::render::{ColorScale, Colormap, Domain, Plane, PlaneGrid, Threshold, WorldBounds, framed};
use crate::ui::shown::Placed;
use crate::ui::study::Study;
use crate::ui::view_state::{Scene, ViewState};

/// What the columns share; in the panel's context.
#[derive(Clone, Copy)]
pub struct CompareScene {
    view_state: ViewState,
    scene: Memo<Option<Scene>>,
    frame: Memo<Option<WorldBounds>>,
    /// Largest magnitude of all kept maps.
    pub common_range: Memo<f32>,
    /// How colours are spread, whatever is in sight.
    look: Memo<Look>,
}

/// The part of the view that colours depend on.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    colormap: Colormap,
    share: f32,
    threshold: Threshold,
}

impl CompareScene {
    pub fn new(study: Study, view_state: ViewState) -> Self {
        let Comparing { kept, .. } = study.compare;
        let scene = Memo::new(move |_| {
            let scenes = kept.get().iter().map(|kept| scene_of(kept)).collect::<Vec<_>>();
            scenes.into_iter().reduce(|all, one| Scene { bounds: around(all.bounds, one.bounds), pixel_mm: all.pixel_mm.min(one.pixel_mm) })
        });
        let frame = Memo::new(move |_| {
            let (Scene { bounds, pixel_mm }, view) = (scene.get()?, view_state.view.get());
            let point = bounds.clamp(view.crosshair.unwrap_or_else(|| bounds.center()));
            Some(framed(bounds, view.zoom, view.center.unwrap_or_else(|| bounds.center()), point, pixel_mm))
        });
        let common_range = Memo::new(move |_| kept.get().iter().map(|kept| kept.map.range()).fold(0.0, f32::max));
        let look = Memo::new(move |_| {
            let view = view_state.view.read();
            Look { colormap: view.colormap, share: view.range, threshold: view.threshold }
        });
        CompareScene { view_state, scene, frame, common_range, look }
    }

    /// Where the planes meet: the page's crosshair, as near as the columns' pictures come to it.
    pub fn crosshair(&self) -> Option<[f64; 3]> {
        let Scene { bounds, .. } = self.scene.get()?;
        Some(bounds.clamp(self.view_state.view.read().crosshair.unwrap_or_else(|| bounds.center())))
    }

    /// The pixels of a plane.
    pub fn grid(&self, plane: Plane) -> Option<PlaneGrid> {
        let (scene, frame) = (self.scene.get()?, self.frame.get()?);
        Some(PlaneGrid::covering(frame, plane, scene.pixel_mm, self.view_state.view.read().orientation))
    }

    /// The colours of a map that end at a share of `range`; the threshold is a percentile of its own, or a value.
    pub fn scale(&self, range: f32, percentile: impl Fn(f64) -> f32, needs_signs: bool) -> ColorScale {
        let Look { colormap, share, threshold } = self.look.get();
        let colormap = if needs_signs && colormap.domain() == Domain::Magnitude { Colormap::RdBuR } else { colormap };
        let threshold = match threshold {
            Threshold::Percentile(percent) => percentile(percent),
            Threshold::Absolute(value) => value,
        };
        ColorScale::new(colormap, range * share, threshold)
    }
}

fn scene_of(kept: &KeptMap) -> Scene {
    let placed: &Placed = kept.image.as_ref().map_or(&kept.map.placed, |image| &image.placed);
    Scene { bounds: placed.bounds, pixel_mm: placed.pixel_mm }
}

fn around(one: WorldBounds, other: WorldBounds) -> WorldBounds {
    WorldBounds {
        min: std::array::from_fn(|axis| one.min[axis].min(other.min[axis])),
        max: std::array::from_fn(|axis| one.max[axis].max(other.max[axis])),
    }
}
