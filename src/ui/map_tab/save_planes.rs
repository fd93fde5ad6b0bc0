//! The planes as they are shown, saved as a PNG.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::export::record::Software;
use crate::protocol::Failure;
use crate::render::Plane;
use crate::render::figure::Caption;
use crate::ui::controls::color_bar::BarScale;
use crate::ui::layers::render_plane;
use crate::ui::state::study::Study;
use crate::ui::state::view_state::ViewState;
use crate::ui::text::{self, format};
use crate::web::planes_png::{ColorBarPicture, PlanePicture, save_planes};
use crate::web::words_of;

const FIGURE_NAME: &str = "saliency-map.png";

/// Saves the three planes and the colour bar as a PNG, with the map's hash and the view in its texts.
pub fn save_png(study: Study, view_state: ViewState, map_sha256: String) {
    let planes: Vec<PlanePicture> =
        Plane::ALL.into_iter().filter_map(|plane| untrack(|| plane_picture(study, view_state, plane))).collect();
    let bar = untrack(|| {
        let scale = BarScale::new(view_state.scale.get()?, study.map.get()?.ready.statistics);
        Some(ColorBarPicture { pixels: scale.pixels(), ticks: scale.ticks() })
    });
    let caption = Caption {
        title: untrack(|| title(study)).unwrap_or_default(),
        software: Software::this().words(),
        map_sha256,
        description: format!("three planes as the page shows them, {}", view_state.view.read_untracked().to_fragment()),
    };
    spawn_local(async move {
        if let Err(error) = save_planes(&planes, bar.as_ref(), &caption, FIGURE_NAME).await {
            study.fail(Failure { what: format!("{FIGURE_NAME}: {}", words_of(&error)), hint: text::FIGURE_FAILED_HINT.get().to_owned() });
        }
    });
}

fn plane_picture(study: Study, view_state: ViewState, plane: Plane) -> Option<PlanePicture> {
    let (grid, point) = (view_state.grid(plane)?, view_state.crosshair()?);
    let mut pixels = Vec::new();
    render_plane(study, view_state, &grid, &mut pixels);
    let axis = plane.normal_axis();
    let caption = format!("{} = {} mm", text::axis(axis), format::millimetres(point[axis]));
    let [left, right, ..] = grid.letters();
    Some(PlanePicture { pixels, width: grid.width, height: grid.height, letters: [left, right], caption })
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
