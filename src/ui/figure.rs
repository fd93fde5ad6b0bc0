//! The layers that are on show, as pixels: for the canvases and for the saved figure.

use leptos::prelude::*;

use super::color_bar::BarScale;
use super::study::Study;
use super::view_state::{Shown, ViewState};
use super::{format, text};
use crate::engine::message::Failure;
use crate::render::{Layer, Paint, Plane, PlaneGrid, render_slice};
use crate::web::figure::{Bar, Panel, save_figure};
use crate::web::words_of;

const FIGURE_NAME: &str = "saliency-map.png";

/// Fills `pixels` with one plane through the crosshair.
pub fn render_plane(study: Study, view_state: ViewState, grid: &PlaneGrid, pixels: &mut Vec<u8>) {
    let position_mm = view_state.crosshair().map_or(0.0, |point| point[grid.plane.normal_axis()]);
    let (image, map, scale) = (study.image.get(), study.map.get(), view_state.scale.read());
    let background = image.as_ref().map(|image| {
        let paint = Paint::Grey(image.window.part(view_state.view.read().window));
        Layer { volume: &image.placed.volume, voxel_from_world: image.placed.voxel_from_world, paint }
    });
    let map = map.as_ref().filter(|_| view_state.overlay.get() == Shown::Yes);
    let overlay = map.zip(scale.as_ref()).map(|(map, scale)| {
        let paint = Paint::Color { scale, opacity: view_state.view.read().opacity };
        Layer { volume: &map.placed.volume, voxel_from_world: map.placed.voxel_from_world, paint }
    });
    match (background, overlay) {
        (Some(background), Some(overlay)) => render_slice(grid, position_mm, &[background, overlay], pixels),
        (Some(only), None) | (None, Some(only)) => render_slice(grid, position_mm, &[only], pixels),
        (None, None) => render_slice(grid, position_mm, &[], pixels),
    }
}

/// Saves what is on show as a PNG.
pub fn save_png(study: Study, view_state: ViewState) {
    let panels: Vec<Panel> = Plane::ALL.into_iter().filter_map(|plane| untrack(|| panel(study, view_state, plane))).collect();
    let bar = untrack(|| {
        let scale = BarScale::new(view_state.scale.get()?, study.map.get()?.ready.statistics);
        Some(Bar { pixels: scale.pixels(), ticks: scale.ticks() })
    });
    let title = untrack(|| title(study)).unwrap_or_default();
    if let Err(error) = save_figure(&panels, bar.as_ref(), &title, FIGURE_NAME.to_owned()) {
        study.fail(Failure { what: format!("{FIGURE_NAME}: {}", words_of(&error)), hint: text::FIGURE_FAILED_HINT.get().to_owned() });
    }
}

fn panel(study: Study, view_state: ViewState, plane: Plane) -> Option<Panel> {
    let (grid, point) = (view_state.grid(plane)?, view_state.crosshair()?);
    let mut pixels = Vec::new();
    render_plane(study, view_state, &grid, &mut pixels);
    let axis = plane.normal_axis();
    let caption = format!("{} = {} mm", text::axis(axis), format::millimetres(point[axis]));
    let [left, right, ..] = grid.letters();
    Some(Panel { pixels, width: grid.width, height: grid.height, letters: [left, right], caption })
}

fn title(study: Study) -> Option<String> {
    let map = study.map.get()?;
    let explanation = &map.ready.explanation;
    let target = study.model.get().and_then(|model| model.nodes.get(explanation.target).map(|node| node.label.clone()));
    let who = &explanation.participant;
    let what = format!("{} · {} · {} {}", explanation.method.name(), target.unwrap_or_default(), who.participant_id, who.session_id);
    let element = &map.ready.element_name;
    Some(if element.is_empty() { what } else { format!("{what} · {element}") })
}
