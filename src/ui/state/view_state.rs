//! How things are shown: the view, which is also written to the address, and settings that last as long as the page.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::extra_volumes::ExtraVolumes;
use super::room::{ChosenShares, Room};
use super::shown::{Grid, PlacedVolume, ShownMap};
use super::study::Study;
use super::tab::Tab;
use super::threads;
use super::underlay::Underlay;
use super::view_history::{HistoryStep, ViewHistory, ViewSnapshot};
use crate::render::{
    ColorScale, Ground, LayerSettings, MAX_ZOOM, MIN_WINDOW, Plane, PlaneGrid, Threshold, View, WorldBounds, center_after_zoom, framed,
};
use crate::ui::text::language::Language;
use crate::web::address;

/// The state of the view; provided as a context.
#[derive(Clone, Copy)]
pub struct ViewState {
    pub view: RwSignal<View>,
    pub crosshair_lines: RwSignal<Visibility>,
    pub overlay: RwSignal<Visibility>,
    /// The language of the page.
    pub language: RwSignal<Language>,
    /// The panel below the planes that is in front.
    pub tab: RwSignal<Tab>,
    /// How much of the window's height the planes take.
    pub room: Room,
    /// The plane that is shown large; `None` if all are shown.
    pub focus: RwSignal<Option<Plane>>,
    /// The view's settings of the layers.
    pub layers: Memo<LayerSettings>,
    /// The box that the shown volumes lie in; `None` if nothing is shown.
    pub scene: Memo<Option<SceneExtent>>,
    /// The part of the scene that the planes show.
    pub frame: Memo<Option<WorldBounds>>,
    /// How the map is coloured; `None` without a map.
    pub scale: Memo<Option<ColorScale>>,
    history: ViewHistory,
    extra_volumes: ExtraVolumes,
}

/// Whether the crosshair or the map is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    Visible,
    Hidden,
}

/// The box in world millimetres that all planes cover, and the size of their pixels.
#[derive(Clone, Copy, PartialEq)]
pub struct SceneExtent {
    pub bounds: WorldBounds,
    pub pixel_mm: f64,
}

/// What the address holds beside view and figure.
#[derive(Clone, Copy, PartialEq)]
struct PageSettings {
    language: Language,
    tab: Tab,
    shares: ChosenShares,
}

/// The view is recorded and written to the address when it has not changed for so long.
const RECORD_DELAY: Duration = Duration::from_millis(300);

impl ViewState {
    /// Reads the view from the address and keeps the address up to date.
    pub fn new(study: Study) -> Self {
        let view = RwSignal::new(View::from_fragment(&address::fragment()));
        let language = RwSignal::new(Language::preferred());
        let history = ViewHistory::new(ViewSnapshot { view: view.get_untracked(), looks: Vec::new() });
        let tab = RwSignal::new(address::parameter("tab").as_deref().and_then(Tab::from_name).unwrap_or_default());
        let room = Room::new(tab);
        let record = move |(snapshot, settings): &(ViewSnapshot, PageSettings)| {
            write_address((snapshot.view, *settings), study);
            history.record(snapshot.clone());
        };
        let recorded = move || {
            study.figure.view.track();
            study.automatic.is_on.track();
            let settings = PageSettings { language: language.get(), tab: tab.get(), shares: room.chosen() };
            (ViewSnapshot { view: view.get(), looks: study.extra_volumes.looks() }, settings)
        };
        Effect::watch(recorded, debounced(record), false);
        let scene_of = |placed: &PlacedVolume| SceneExtent { bounds: placed.bounds, pixel_mm: placed.pixel_mm };
        let layers = Memo::new(move |_| view.read().layers);
        let scene = Memo::new(move |_| match (Underlay::chosen(study, layers.get().ground), &*study.image.read(), &*study.map.read()) {
            (Some(underlay), ..) => Some(scene_of(underlay.placed())),
            (None, Some(image), _) => Some(scene_of(&image.placed)),
            (None, None, Some(map)) => Some(scene_of(&map.placed)),
            (None, None, None) => None,
        });
        let scale = Memo::new(move |_| {
            let (map, view) = (study.map.get()?, view.get());
            let scale = ColorScale::new(view.colormap, map.range() * view.range, threshold_value(&map, view.threshold));
            Some(if view.layers.fading { scale.fading() } else { scale })
        });
        let frame = Memo::new(move |_| {
            let (SceneExtent { bounds, pixel_mm }, view) = (scene.get()?, view.get());
            let point = bounds.clamp(view.crosshair.unwrap_or_else(|| bounds.center()));
            Some(framed(bounds, view.zoom, view.center.unwrap_or_else(|| bounds.center()), point, pixel_mm))
        });
        begin_anew_on_another_grid(study, view, scene);
        let (crosshair_lines, overlay) = (RwSignal::new(Visibility::Visible), RwSignal::new(Visibility::Visible));
        let focus = RwSignal::new(None);
        ViewState {
            view,
            crosshair_lines,
            overlay,
            language,
            tab,
            room,
            focus,
            layers,
            scene,
            frame,
            scale,
            history,
            extra_volumes: study.extra_volumes,
        }
    }

    /// The world point where the planes meet: the middle of the picture until it is moved.
    pub fn crosshair(&self) -> Option<[f64; 3]> {
        let scene = self.scene.get()?;
        Some(scene.bounds.clamp(self.view.read().crosshair.unwrap_or_else(|| scene.bounds.center())))
    }

    /// Writes the view to the address at once, before the address is copied.
    pub fn write_address(&self, study: Study) {
        let settings = untrack(|| PageSettings { language: self.language.get(), tab: self.tab.get(), shares: self.room.chosen() });
        write_address((self.view.get_untracked(), settings), study);
    }

    /// Moves the crosshair, staying inside the picture.
    pub fn look_at(&self, point_in_world: [f64; 3]) {
        let point = self.scene.get_untracked().map_or(point_in_world, |scene| scene.bounds.clamp(point_in_world));
        self.view.update(|view| view.crosshair = Some(point));
    }

    /// Moves the crosshair by pixels along a world axis.
    pub fn move_crosshair(&self, axis: usize, n_pixels: f64) {
        let (Some(mut point), Some(scene)) = (untrack(|| self.crosshair()), self.scene.get_untracked()) else { return };
        point[axis] += n_pixels * scene.pixel_mm;
        self.look_at(point);
    }

    /// The pixel grid of a plane; `None` if nothing is shown.
    pub fn grid(&self, plane: Plane) -> Option<PlaneGrid> {
        let (scene, frame) = (self.scene.get()?, self.frame.get()?);
        Some(PlaneGrid::covering(frame, plane, scene.pixel_mm, self.view.read().orientation))
    }

    /// Zooms in (more than 1) or out, result_storage a point of a plane where it is in the picture; else the crosshair.
    pub fn zoom_by(&self, factor: f64, fixed: Option<([f64; 3], Plane)>) {
        let (Some(frame), Some(crosshair)) = (self.frame.get_untracked(), untrack(|| self.crosshair())) else { return };
        self.view.update(|view| {
            let zoom = thousandths((view.zoom * factor).clamp(1.0, MAX_ZOOM));
            let factor = zoom / view.zoom;
            let center = match fixed {
                Some((point, plane)) => center_after_zoom(frame.center(), point, plane, factor),
                None => crosshair,
            };
            // The whole picture has no centre of its own: undo would stop at views that look the same.
            view.center = (zoom > 1.0).then(|| center.map(thousandths));
            view.zoom = zoom;
        });
    }

    /// Moves the shown part of the scene, in millimetres; does nothing while all of it is shown.
    pub fn move_frame(&self, by_mm: [f64; 3]) {
        let (Some(frame), Some(scene)) = (self.frame.get_untracked(), self.scene.get_untracked()) else { return };
        if self.view.read_untracked().zoom <= 1.0 {
            return;
        }
        let center = frame.center();
        self.view.update(|view| {
            let requested = view.center.unwrap_or(center);
            // Movements add up from the requested centre, or many small ones would each be rounded away; unless an edge stopped it.
            let from = |axis: usize| if (requested[axis] - center[axis]).abs() < scene.pixel_mm { requested[axis] } else { center[axis] };
            view.center = Some(std::array::from_fn(|axis| thousandths(from(axis) + by_mm[axis])));
        });
    }

    /// Widens the image's window by one share of its own, and moves it by another.
    pub fn shift_window(&self, wider: f32, higher: f32) {
        self.view.update(|view| {
            let [contrast, brightness] = view.contrast_and_brightness();
            let width = (1.0 / contrast + wider).max(MIN_WINDOW);
            view.set_contrast_and_brightness([1.0 / width, brightness - higher]);
        });
    }

    /// Shows the whole picture again, in the image's own window.
    pub fn reset_frame(&self) {
        self.view.update(|view| {
            let View { zoom, center, window, .. } = View::default();
            (view.zoom, view.center, view.window) = (zoom, center, window);
        });
    }

    /// Takes back the last change of the view.
    pub fn undo(&self) {
        self.go(HistoryStep::Undo);
    }

    /// Does again what was taken back.
    pub fn redo(&self) {
        self.go(HistoryStep::Redo);
    }

    fn go(&self, step: HistoryStep) {
        let present = ViewSnapshot { view: self.view.get_untracked(), looks: untrack(|| self.extra_volumes.looks()) };
        let Some(ViewSnapshot { view, looks }) = self.history.go(step, present) else { return };
        self.view.set(view);
        self.extra_volumes.restore_looks(&looks);
    }

    /// Hides values of smaller magnitude; the threshold stays a percentile or a value, whichever it is.
    pub fn hide_below(&self, map: &ShownMap, magnitude: f32) {
        self.view.update(|view| {
            view.threshold = match view.threshold {
                Threshold::Percentile(_) => Threshold::percentile(map.magnitudes.percent_of(magnitude)),
                Threshold::Absolute(_) => Threshold::Absolute(magnitude),
            };
        });
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

impl Visibility {
    /// The other one of the two.
    pub fn flipped(self) -> Self {
        match self {
            Visibility::Visible => Visibility::Hidden,
            Visibility::Hidden => Visibility::Visible,
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

/// Shows the whole picture again when a participant's image comes on another grid than the one before, or a background that does
/// not reach the crosshair: zoom, middle and crosshair are places in the picture that they were chosen in.
fn begin_anew_on_another_grid(study: Study, view: RwSignal<View>, scene: Memo<Option<SceneExtent>>) {
    // The last image's grid: between two images there may be none.
    let last = StoredValue::new(None::<Grid>);
    Effect::new(move |_| {
        let grid = study.image.read().as_ref().map(|image| Grid::of(&image.placed.volume));
        let Some((grid, scene)) = grid.zip(scene.get()) else { return };
        let is_other = last.try_update_value(|last| last.replace(grid)).flatten().is_some_and(|last| !last.is_same(&grid));
        let is_scene = |ground: Ground| matches!(ground, Ground::Participant | Ground::None);
        // The address holds tenths of a millimetre.
        let misses = |point: [f64; 3]| {
            let inside = scene.bounds.clamp(point);
            (0..3).any(|axis| (inside[axis] - point[axis]).abs() > scene.pixel_mm)
        };
        let is_lost = untrack(|| (is_other && is_scene(view.read().layers.ground)) || view.read().crosshair.is_some_and(misses));
        if is_lost {
            view.update(|view| (view.crosshair, view.center, view.zoom) = (None, None, View::default().zoom));
        }
    });
}

/// Rounds as the address does, so that a reload shows the very same.
fn thousandths(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

fn write_address((view, settings): (View, PageSettings), study: Study) {
    let figure = study.figure.view.read_untracked().to_fragment();
    let figure = if figure.is_empty() { figure } else { format!("&figure={figure}") };
    let PageSettings { language, tab, shares } = settings;
    let (view, shares, automatic, threads) = (view.to_fragment(), shares.to_fragment(), study.automatic.fragment(), threads::fragment());
    address::replace_fragment(&format!("{view}{figure}&tab={}&lang={}{shares}{automatic}{threads}", tab.name(), language.tag()));
}

/// Calls `act` with the last value when no newer one has come for [`RECORD_DELAY`].
fn debounced<T: Clone + 'static>(act: impl Fn(&T) + Copy + 'static) -> impl Fn(&T, Option<&T>, Option<()>) + 'static {
    let waiting = StoredValue::new_local(None::<TimeoutHandle>);
    move |value, _, _| {
        let value = value.clone();
        waiting.update_value(|handle| {
            handle.take().iter().for_each(TimeoutHandle::clear);
            *handle = set_timeout_with_handle(move || act(&value), RECORD_DELAY).ok();
        });
    }
}
