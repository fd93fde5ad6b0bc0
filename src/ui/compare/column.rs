//! One column: three planes of a map on its image, what it is, its value under the crosshair.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use leptos::html::Canvas;
use leptos::prelude::*;

use super::canvas::ComparePlane;
use super::redraw_queue::RedrawQueue;
use super::scene::CompareScene;
use crate::render::{ColorScale, Layer, LayerSettings, Paint, Plane, nearest_value, render_slice};
use crate::ui::layers::overlay_layers;
use crate::ui::state::extra_volumes::ExtraVolumes;
use crate::ui::state::shown::{PlacedVolume, ShownImage};
use crate::ui::state::study::Study;
use crate::ui::state::tab::Tab;
use crate::ui::state::view_state::{ViewState, Visibility};
use crate::ui::text::format;
use crate::web::canvas::paint;

/// A picture that a column draws: a kept map or the difference.
#[derive(Clone)]
pub struct ColumnPicture {
    /// Number of the kept map; 0 for the difference.
    pub number: u32,
    pub title: String,
    pub image: Option<Arc<ShownImage>>,
    pub map: Arc<PlacedVolume>,
    pub scale: Signal<ColorScale>,
}

/// The planes of a picture, and its value under the crosshair.
#[component]
pub fn Pictures(picture: ColumnPicture) -> impl IntoView {
    let (scene, view_state) = (expect_context::<CompareScene>(), expect_context::<ViewState>());
    let canvases = Plane::ALL.map(|plane| (plane, NodeRef::<Canvas>::new()));
    redraw_on_change(picture.clone(), canvases);
    let planes = canvases.map(|(plane, canvas)| view! { <ComparePlane plane=plane title=picture.title.clone() canvas=canvas /> });
    let map = picture.map.clone();
    let value = move || {
        let value = nearest_value(&map.volume, &map.voxel_from_world, scene.crosshair()?);
        // Outside the map's grid there is no value.
        Some(value.map_or_else(|| "–".to_owned(), |value| format::significant(f64::from(value))))
    };
    let range = move || format!("± {}", format::significant(f64::from(picture.scale.read().range())));
    view! {
        <div class="compare__planes" class:planes--zoomed=move || { view_state.view.read().zoom > 1.0 }>{planes}</div>
        <p class="compare__numbers"><output data-testid="compare-value">{value}</output> <span class="muted" data-testid="compare-range-of">{range}</span></p>
    }
    .into_any()
}

fn redraw_on_change(picture: ColumnPicture, canvases: [(Plane, NodeRef<Canvas>); 3]) {
    let (scene, view_state, extra_volumes) =
        (expect_context::<CompareScene>(), expect_context::<ViewState>(), expect_context::<Study>().extra_volumes);
    let redraws = expect_context::<StoredValue<RedrawQueue, LocalStorage>>();
    let (number, scale) = (picture.number, picture.scale);
    let pixels = RefCell::new(Vec::new());
    let draw: Rc<dyn Fn()> = Rc::new(move || {
        let mut pixels = pixels.borrow_mut();
        for (plane, canvas) in canvases {
            let is_seen = view_state.focus.get_untracked().is_none_or(|focus| focus == plane);
            let canvas = canvas.try_get_untracked().flatten().filter(|_| is_seen);
            if let Some(canvas) = canvas {
                untrack(|| draw_plane(&picture, plane, (scene, view_state, extra_volumes), &canvas, &mut pixels));
            }
        }
    });
    let draw = StoredValue::new_local(draw);
    let seen = Memo::new(move |_| {
        let view = view_state.view.read();
        (view.opacity, view.window, scene.crosshair(), Plane::ALL.map(|plane| scene.grid(plane)))
    });
    Effect::new(move |_| {
        seen.track();
        scale.track();
        view_state.overlay.track();
        extra_volumes.0.track();
        view_state.focus.track();
        canvases.iter().for_each(|(_, canvas)| canvas.track());
        if view_state.tab.get() == Tab::Compare {
            redraws.with_value(|redraws| draw.with_value(|draw| redraws.request(number, draw)));
        }
    });
}

fn draw_plane(
    picture: &ColumnPicture,
    plane: Plane,
    (scene, view_state, extra_volumes): (CompareScene, ViewState, ExtraVolumes),
    canvas: &web_sys::HtmlCanvasElement,
    pixels: &mut Vec<u8>,
) {
    let (Some(grid), Some(point)) = (scene.grid(plane), scene.crosshair()) else { return };
    let (scale, view) = (picture.scale.read(), view_state.view.read());
    let background = picture.image.as_ref().map(|image| layer(&image.placed, Paint::Grey(image.window.part(view.window))));
    let overlay = layer(&picture.map, Paint::Color { scale: &scale, opacity: view.opacity });
    let overlay = Some(overlay).filter(|_| view_state.overlay.get() == Visibility::Visible);
    let contents = extra_volumes.0.read();
    // Columns show slices, whatever the planes above do.
    let over = overlay_layers(&contents, LayerSettings::default(), &grid);
    let layers: Vec<Layer> = background.into_iter().chain(overlay).chain(over).collect();
    render_slice(&grid, point[plane.normal_axis()], &layers, pixels);
    if let Err(error) = paint(canvas, grid.width, grid.height, pixels) {
        web_sys::console::error_1(&error);
    }
}

fn layer<'a>(placed: &'a PlacedVolume, paint: Paint<'a>) -> Layer<'a> {
    Layer { volume: &placed.volume, voxel_from_world: placed.voxel_from_world, paint }
}
