//! The figure on a canvas, with its notes and problems.

use std::cell::Cell;
use std::rc::Rc;

use leptos::ev::MouseEvent;
use leptos::html::Canvas;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::protocol::Failure;
use crate::ui::state::figure::FigureProblem;
use crate::ui::state::jobs::JobKind;
use crate::ui::state::study::Study;
use crate::ui::state::view_state::ViewState;
use crate::ui::text::figure as text;
use crate::web::picture::{device_pixels_per_point, draw_svg};
use crate::web::words_of;

/// The figure, its notes, and why there is none. A click moves the crosshair.
#[component]
pub fn Picture() -> impl IntoView {
    let study = expect_context::<Study>();
    let view_state = expect_context::<ViewState>();
    let canvas = NodeRef::<Canvas>::new();
    redraw_on_change(study, canvas);
    let is_busy = move || study.work.read().is_doing(JobKind::Figure);
    let state = move || match (is_busy(), study.figure.problem.read().is_some(), study.figure.drawn.read().is_some()) {
        (true, ..) => "drawing",
        (_, true, _) => "failed",
        (_, _, true) => "ready",
        _ => "empty",
    };
    let click = move |event: MouseEvent| {
        let (Some(canvas), Some(drawn)) = (canvas.get_untracked(), study.figure.drawn.get_untracked()) else { return };
        let (frame, size) = (canvas.get_bounding_client_rect(), drawn.ready.size);
        let share =
            [(f64::from(event.client_x()) - frame.left()) / frame.width(), (f64::from(event.client_y()) - frame.top()) / frame.height()];
        let point = [share[0] * size[0], share[1] * size[1]];
        let world = drawn.ready.panels.iter().find_map(|panel| panel.world_from_page(point));
        world.into_iter().for_each(|world| view_state.look_at(world));
    };
    // How many times wider than high it is, by which it is fitted into the room that there is.
    let ratio = move || study.figure.drawn.read().as_ref().map(|drawn| (drawn.ready.size[0] / drawn.ready.size[1]).to_string());
    let label = move || study.figure.drawn.read().as_ref().map(|drawn| drawn.ready.caption.description.clone());
    view! {
        <figure class="figure-tab__picture" data-testid="figure" data-state=state aria-busy=move || is_busy().to_string()>
            <div class="figure-tab__frame">
                <canvas node_ref=canvas class="figure-tab__canvas" data-testid="figure-canvas" role="img" style:--ratio=ratio
                    aria-label=move || label().unwrap_or_else(|| text::FIGURE.get().to_owned())
                    hidden=move || study.figure.drawn.read().is_none() on:click=click />
            </div>
            // The words of the file's metadata, which are English.
            <figcaption class="muted" lang="en" data-testid="figure-caption">{label}</figcaption>
        </figure>
        <Remarks />
    }
    .into_any()
}

/// Problems and notes of the figure; announced when they change.
#[component]
fn Remarks() -> impl IntoView {
    let study = expect_context::<Study>();
    let problem = move || {
        study.figure.problem.get().map(|problem| match problem {
            FigureProblem::Field(field) => text::wrong_field(field).to_owned(),
            FigureProblem::Failure(Failure { what, hint }) => text::failure(&what, &hint),
        })
    };
    let notes = move || {
        let notes = study.figure.drawn.get().map(|drawn| drawn.ready.notes.clone()).unwrap_or_default();
        notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view()
    };
    let has_map = move || study.map.read().is_some();
    view! {
        <div class="figure-tab__remarks" role="status">
            <p class="muted" hidden=has_map>{text::NO_MAP.get()}</p>
            <p class="figure-tab__problem" data-testid="figure-problem" hidden=move || study.figure.problem.read().is_none()>{problem}</p>
            <ul data-testid="figure-notes" hidden=move || study.figure.problem.read().is_some()>{notes}</ul>
        </div>
    }
    .into_any()
}

fn redraw_on_change(study: Study, canvas: NodeRef<Canvas>) {
    // A picture takes turns of the event loop; an older one must not come after a newer one.
    let newest = Rc::new(Cell::new(0_u32));
    Effect::new(move |_| {
        let (Some(canvas), Some(drawn)) = (canvas.get(), study.figure.drawn.get()) else { return };
        newest.set(newest.get() + 1);
        let (own, newest) = (newest.get(), newest.clone());
        spawn_local(async move {
            let scale = device_pixels_per_point(&canvas, drawn.ready.size);
            let pixels = drawn.ready.size.map(|points| (points * scale + 1e-6).floor());
            if let Err(error) = draw_svg(&canvas, &drawn.svg, pixels, || newest.get() == own).await {
                let hint = text::PICTURE_HINT.get().to_owned();
                study.figure.fail(Failure { what: words_of(&error), hint });
            }
        });
    });
}
