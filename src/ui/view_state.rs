//! What is seen: one small value in a signal, mirrored in the address, and what is only of this moment.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::shown::{Placed, ShownMap};
use super::study::Study;
use crate::render::{ColorScale, Plane, PlaneGrid, Threshold, View, WorldBounds};
use crate::web::address;

/// The state of the view; in context.
#[derive(Clone, Copy)]
pub struct ViewState {
    pub view: RwSignal<View>,
    pub crosshair_lines: RwSignal<Shown>,
    pub overlay: RwSignal<Shown>,
    /// One plane large, or all.
    pub focus: RwSignal<Option<Plane>>,
    /// Where the shown volumes lie.
    pub scene: Memo<Option<Scene>>,
    /// How the map is coloured; `None` without a map.
    pub scale: Memo<Option<ColorScale>>,
}

/// Whether something is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Yes,
    No,
}

/// The box that all pictures cover.
#[derive(Clone, Copy, PartialEq)]
pub struct Scene {
    pub bounds: WorldBounds,
    pub pixel_mm: f64,
}

/// The address is written when the view has been still for so long.
const ADDRESS_DELAY: Duration = Duration::from_millis(300);

impl ViewState {
    /// Reads the view from the address and keeps the address up to date.
    pub fn new(study: Study) -> Self {
        let view = RwSignal::new(View::from_fragment(&address::fragment()));
        Effect::watch(move || view.get(), debounced(|view: &View| address::replace_fragment(&view.to_fragment())), false);
        let scene_of = |placed: &Placed| Scene { bounds: placed.bounds, pixel_mm: placed.pixel_mm };
        let scene = Memo::new(move |_| match (&*study.image.read(), &*study.map.read()) {
            (Some(image), _) => Some(scene_of(&image.placed)),
            (None, Some(map)) => Some(scene_of(&map.placed)),
            (None, None) => None,
        });
        let scale = Memo::new(move |_| {
            let (map, view) = (study.map.get()?, view.get());
            Some(ColorScale::new(view.colormap, map.range() * view.range, threshold_value(&map, view.threshold)))
        });
        let (crosshair_lines, overlay) = (RwSignal::new(Shown::Yes), RwSignal::new(Shown::Yes));
        ViewState { view, crosshair_lines, overlay, focus: RwSignal::new(None), scene, scale }
    }

    /// Where the planes meet: the middle of the picture until somebody says otherwise.
    pub fn crosshair(&self) -> Option<[f64; 3]> {
        let scene = self.scene.get()?;
        Some(scene.bounds.clamp(self.view.read().crosshair.unwrap_or_else(|| scene.bounds.center())))
    }

    /// Moves the crosshair, staying inside the picture.
    pub fn look_at(&self, point_in_world: [f64; 3]) {
        let point = self.scene.get_untracked().map_or(point_in_world, |scene| scene.bounds.clamp(point_in_world));
        self.view.update(|view| view.crosshair = Some(point));
    }

    /// Moves the crosshair by pixels along a world axis.
    pub fn step(&self, axis: usize, n_pixels: f64) {
        let (Some(mut point), Some(scene)) = (untrack(|| self.crosshair()), self.scene.get_untracked()) else { return };
        point[axis] += n_pixels * scene.pixel_mm;
        self.look_at(point);
    }

    /// The pixels of a plane.
    pub fn grid(&self, plane: Plane) -> Option<PlaneGrid> {
        let scene = self.scene.get()?;
        Some(PlaneGrid::covering(scene.bounds, plane, scene.pixel_mm, self.view.read().orientation))
    }

    /// Makes the threshold stricter or laxer by some percentiles of the map's magnitude.
    pub fn shift_threshold(&self, map: Option<Arc<ShownMap>>, percent: f64) {
        let Some(map) = map else { return };
        self.view.update(|view| {
            let old = percent_of(&map, view.threshold);
            view.threshold = Threshold::Percentile((old + percent).clamp(0.0, 100.0));
        });
    }
}

impl Shown {
    pub fn flipped(self) -> Self {
        match self {
            Shown::Yes => Shown::No,
            Shown::No => Shown::Yes,
        }
    }
}

/// The magnitude that a threshold means for a map.
pub fn threshold_value(map: &ShownMap, threshold: Threshold) -> f32 {
    match threshold {
        Threshold::Percentile(percent) => map.magnitudes.percentile(percent),
        Threshold::Absolute(value) => value,
    }
}

/// The percentile that a threshold means for a map.
pub fn percent_of(map: &ShownMap, threshold: Threshold) -> f64 {
    match threshold {
        Threshold::Percentile(percent) => percent,
        Threshold::Absolute(value) => map.magnitudes.percent_of(value),
    }
}

fn debounced(act: impl Fn(&View) + Copy + 'static) -> impl Fn(&View, Option<&View>, Option<()>) + 'static {
    let waiting = StoredValue::new_local(None::<TimeoutHandle>);
    move |view, _, _| {
        let view = *view;
        waiting.update_value(|handle| {
            handle.take().iter().for_each(TimeoutHandle::clear);
            *handle = set_timeout_with_handle(move || act(&view), ADDRESS_DELAY).ok();
        });
    }
}
