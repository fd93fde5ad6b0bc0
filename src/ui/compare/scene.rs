//! The part of the head that all columns show. All columns have one frame, so that equal places can be compared.

use leptos::prelude::*;

use crate::render::{ColorScale, Colormap, Domain, Plane, PlaneGrid, Threshold, WorldBounds, framed};
use crate::ui::state::comparison::{ComparedMap, ComparisonState};
use crate::ui::state::shown::PlacedVolume;
use crate::ui::state::study::Study;
use crate::ui::state::view_state::{SceneExtent, ViewState};

/// The state that the columns share; provided as a context by the panel.
#[derive(Clone, Copy)]
pub struct CompareScene {
    view_state: ViewState,
    scene: Memo<Option<SceneExtent>>,
    frame: Memo<Option<WorldBounds>>,
    /// Largest magnitude of all kept maps.
    pub common_range: Memo<f32>,
    /// The part of the view that colours depend on.
    colors: Memo<ColorSettings>,
}

/// Settings of the view from which colour scales are made.
#[derive(Clone, Copy, PartialEq)]
struct ColorSettings {
    colormap: Colormap,
    share: f32,
    threshold: Threshold,
}

impl CompareScene {
    /// Follows the kept maps and the view.
    pub fn new(study: Study, view_state: ViewState) -> Self {
        let ComparisonState { kept, .. } = study.compare;
        let scene = Memo::new(move |_| {
            let scenes = kept.get().iter().map(|kept| scene_of(kept)).collect::<Vec<_>>();
            scenes
                .into_iter()
                .reduce(|all, one| SceneExtent { bounds: around(all.bounds, one.bounds), pixel_mm: all.pixel_mm.min(one.pixel_mm) })
        });
        let frame = Memo::new(move |_| {
            let (SceneExtent { bounds, pixel_mm }, view) = (scene.get()?, view_state.view.get());
            let point = bounds.clamp(view.crosshair.unwrap_or_else(|| bounds.center()));
            Some(framed(bounds, view.zoom, view.center.unwrap_or_else(|| bounds.center()), point, pixel_mm))
        });
        let common_range = Memo::new(move |_| kept.get().iter().map(|kept| kept.map.range()).fold(0.0, f32::max));
        let colors = Memo::new(move |_| {
            let view = view_state.view.read();
            ColorSettings { colormap: view.colormap, share: view.range, threshold: view.threshold }
        });
        CompareScene { view_state, scene, frame, common_range, colors }
    }

    /// The page's crosshair, clamped to the box of the kept maps.
    pub fn crosshair(&self) -> Option<[f64; 3]> {
        let SceneExtent { bounds, .. } = self.scene.get()?;
        Some(bounds.clamp(self.view_state.view.read().crosshair.unwrap_or_else(|| bounds.center())))
    }

    /// The pixel grid of a plane; `None` if no map is kept.
    pub fn grid(&self, plane: Plane) -> Option<PlaneGrid> {
        let (scene, frame) = (self.scene.get()?, self.frame.get()?);
        Some(PlaneGrid::covering(frame, plane, scene.pixel_mm, self.view_state.view.read().orientation))
    }

    /// The colour scale of a map, which ends at the view's share of `range`. A threshold in percent is turned into a value by
    /// `percentile`; with `needs_signs`, a colormap for magnitudes is replaced by a diverging one.
    pub fn scale(&self, range: f32, percentile: impl Fn(f64) -> f32, needs_signs: bool) -> ColorScale {
        let ColorSettings { colormap, share, threshold } = self.colors.get();
        let colormap = if needs_signs && colormap.domain() == Domain::Magnitude { Colormap::RdBuR } else { colormap };
        let threshold = match threshold {
            Threshold::Percentile(percent) => percentile(percent),
            Threshold::Absolute(value) => value,
        };
        ColorScale::new(colormap, range * share, threshold)
    }
}

fn scene_of(kept: &ComparedMap) -> SceneExtent {
    let placed: &PlacedVolume = kept.image.as_ref().map_or(&kept.map.placed, |image| &image.placed);
    SceneExtent { bounds: placed.bounds, pixel_mm: placed.pixel_mm }
}

fn around(one: WorldBounds, other: WorldBounds) -> WorldBounds {
    WorldBounds {
        min: std::array::from_fn(|axis| one.min[axis].min(other.min[axis])),
        max: std::array::from_fn(|axis| one.max[axis].max(other.max[axis])),
    }
}
