//! The planes as they are shown, saved as a PNG.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::export::record::Software;
use crate::protocol::Failure;
use crate::render::Plane;
use crate::render::figure::Caption;
use crate::ui::controls::color_bar::BarScale;
use crate::ui::layers::render_plane;
use crate::ui::state::shown::ShownMap;
use crate::ui::state::study::Study;
use crate::ui::state::view_state::ViewState;
use crate::ui::text::{self, format, picture};
use crate::web::planes_png::{ColorBarPicture, PlanePicture, save_planes};
use crate::web::words_of;

/// Saves the three planes of a map and the colour bar as a PNG, with the map's hash and the view in its texts.
pub fn save_png(study: Study, view_state: ViewState, map: &Arc<ShownMap>, map_sha256: String) {
    let is_shown = study.map.read_untracked().as_ref().is_some_and(|shown| Arc::ptr_eq(shown, map));
    if !is_shown {
        let (what, hint) = (picture::CHANGED.get().to_owned(), picture::CHANGED_HINT.get().to_owned());
        return study.fail(Failure { what, hint });
    }
    let name = untrack(|| format!("{}_planes.png", study.map_stem(map)));
    let planes: Vec<PlanePicture> =
        Plane::ALL.into_iter().filter_map(|plane| untrack(|| plane_picture(study, view_state, plane))).collect();
    let bar = untrack(|| {
        let scale = BarScale::new(view_state.scale.get()?, map.ready.statistics);
        Some(ColorBarPicture { pixels: scale.pixels(), ticks: scale.ticks() })
    });
    let caption = Caption {
        title: title(map),
        software: Software::this().words(),
        map_sha256,
        description: format!("three planes as the page shows them, {}", view_state.view.read_untracked().to_fragment()),
    };
    spawn_local(async move {
        if let Err(error) = save_planes(&planes, bar.as_ref(), &caption, &name).await {
            study.fail(Failure { what: format!("{name}: {}", words_of(&error)), hint: text::FIGURE_FAILED_HINT.get().to_owned() });
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

fn title(map: &ShownMap) -> String {
    let (explanation, target) = (&map.ready.explanation, &map.ready.target_label);
    let who = &explanation.participant;
    let what = format!("{} · {target} · {} {}", explanation.method.name(), who.participant_id, who.session_id);
    let element = &map.ready.element_name;
    if element.is_empty() { what } else { format!("{what} · {element}") }
}
