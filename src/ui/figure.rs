//! The saved figure: what is on show.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::color_bar::BarScale;
use super::layers::render_plane;
use super::study::Study;
use super::view_state::ViewState;
use super::{format, text};
use crate::export::record::Software;
use crate::protocol::Failure;
use crate::render::Plane;
use crate::render::figure::Caption;
use crate::web::figure::{Bar, Panel, save_figure};
use crate::web::words_of;

const FIGURE_NAME: &str = "saliency-map.png";

/// Saves what is on show as a PNG, with the map's hash and the view in its texts.
pub fn save_png(study: Study, view_state: ViewState, map_sha256: String) {
    let panels: Vec<Panel> = Plane::ALL.into_iter().filter_map(|plane| untrack(|| panel(study, view_state, plane))).collect();
    let bar = untrack(|| {
        let scale = BarScale::new(view_state.scale.get()?, study.map.get()?.ready.statistics);
        Some(Bar { pixels: scale.pixels(), ticks: scale.ticks() })
    });
    let caption = Caption {
        title: untrack(|| title(study)).unwrap_or_default(),
        software: Software::this().words(),
        map_sha256,
        description: format!("three planes as the page shows them, {}", view_state.view.read_untracked().to_fragment()),
    };
    spawn_local(async move {
        if let Err(error) = save_figure(&panels, bar.as_ref(), &caption, FIGURE_NAME).await {
            study.fail(Failure { what: format!("{FIGURE_NAME}: {}", words_of(&error)), hint: text::FIGURE_FAILED_HINT.get().to_owned() });
        }
    });
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
