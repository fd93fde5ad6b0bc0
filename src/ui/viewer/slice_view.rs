//! One plane: a canvas with the slice, lines and letters above it, and everything that moves the crosshair.

use std::cell::RefCell;

use leptos::ev::KeyboardEvent;
use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::HtmlCanvasElement;

use super::gestures::Gestures;
use crate::render::Plane;
use crate::ui::layers::render_plane;
use crate::ui::numbers::ProfileStrip;
use crate::ui::state::study::Study;
use crate::ui::state::view_state::{ViewState, Visibility};
use crate::ui::text::{self, format};
use crate::web::canvas::{clear, paint};
use crate::web::frame::FrameLoop;

/// A plane through the crosshair, and the relevance of its slices.
#[component]
pub fn SliceView(
    /// The plane that is drawn.
    plane: Plane,
) -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let canvas = NodeRef::<Canvas>::new();
    redraw_on_change(plane, study, view_state, canvas);
    let gestures = Gestures::new(plane, view_state);
    let on_canvas = move |act: &dyn Fn(&HtmlCanvasElement)| canvas.get_untracked().iter().for_each(act);
    let axis = plane.normal_axis();
    let caption = move || {
        let position = view_state.crosshair().map(|point| format::millimetres(point[axis]));
        position.map(|position| format!("{} {position}", text::axis(axis)))
    };
    let letters = move || {
        let letters = view_state.grid(plane).map(|grid| grid.letters());
        letters.map(|letters| letters.map(|letter| view! { <span class="letter" aria-hidden="true">{letter}</span> }))
    };
    let is_hidden = move || view_state.focus.get().is_some_and(|focus| focus != plane);
    view! {
        <div class="plane-cell" hidden=is_hidden>
            <figure class="plane">
                <canvas
                    node_ref=canvas
                    class="plane__canvas"
                    data-testid=format!("canvas-{}", plane.name())
                    tabindex="0"
                    role="img"
                    aria-label=text::canvas_label(plane)
                    on:pointerdown=move |event| on_canvas(&|canvas| gestures.begin(&event, canvas))
                    on:pointermove=move |event| on_canvas(&|canvas| gestures.go_on(&event, canvas))
                    on:pointerup=move |event| gestures.end(&event)
                    on:pointercancel=move |event| gestures.end(&event)
                    on:contextmenu=move |event| event.prevent_default()
                    on:wheel=move |event| on_canvas(&|canvas| gestures.wheel(&event, canvas))
                    on:keydown=move |event| step_by_key(&event, plane, view_state)
                />
                <Crosshair plane=plane />
                {letters}
                <figcaption class="plane__caption">{caption}</figcaption>
            </figure>
            <ProfileStrip plane=plane />
        </div>
    }
    .into_any()
}

/// Two hairlines where the other planes lie.
#[component]
fn Crosshair(plane: Plane) -> impl IntoView {
    let view_state = expect_context::<ViewState>();
    let position = Memo::new(move |_| {
        let (grid, point) = (view_state.grid(plane)?, view_state.crosshair()?);
        let pixel = grid.pixel_from_world(point);
        Some([pixel[0] / grid.width as f64 * 100.0, pixel[1] / grid.height as f64 * 100.0])
    });
    let at = move |index: usize| position.get().map_or(0.0, |percent| percent[index]).to_string() + "%";
    let is_hidden = move || view_state.crosshair_lines.get() == Visibility::Hidden || position.get().is_none();
    view! {
        <svg class="plane__crosshair" aria-hidden="true" class:is-hidden=is_hidden>
            <line x1=move || at(0) x2=move || at(0) y1="0" y2="100%" />
            <line x1="0" x2="100%" y1=move || at(1) y2=move || at(1) />
        </svg>
    }
}

fn redraw_on_change(plane: Plane, study: Study, view_state: ViewState, canvas: NodeRef<Canvas>) {
    let position = Memo::new(move |_| view_state.crosshair().map(|point| point[plane.normal_axis()]));
    let opacity = Memo::new(move |_| view_state.view.read().opacity);
    let window = Memo::new(move |_| view_state.view.read().window);
    let grid = Memo::new(move |_| view_state.grid(plane));
    let pixels = RefCell::new(Vec::new());
    let frames = FrameLoop::new(move || {
        let Some(canvas) = canvas.get_untracked() else { return };
        // What was drawn before belongs to something that is not shown any more.
        let Some(grid) = grid.get_untracked() else { return clear(&canvas) };
        let mut pixels = pixels.borrow_mut();
        untrack(|| render_plane(study, view_state, &grid, &mut pixels));
        if let Err(error) = paint(&canvas, grid.width, grid.height, &pixels) {
            web_sys::console::error_1(&error);
        }
    });
    let frames = StoredValue::new_local(frames);
    Effect::new(move |_| {
        study.image.track();
        study.map.track();
        view_state.layers.track();
        study.extra_volumes.0.track();
        study.clusters.found.track();
        position.track();
        opacity.track();
        window.track();
        grid.track();
        view_state.scale.track();
        view_state.overlay.track();
        canvas.track();
        frames.with_value(FrameLoop::request);
    });
}

fn step_by_key(event: &KeyboardEvent, plane: Plane, view_state: ViewState) {
    let mirror = untrack(|| view_state.grid(plane)).map_or(1.0, |grid| if grid.letters()[0] == "R" { -1.0 } else { 1.0 });
    let (axis, n_pixels) = match event.key().as_str() {
        "ArrowLeft" => (plane.right_axis(), -mirror),
        "ArrowRight" => (plane.right_axis(), mirror),
        "ArrowUp" => (plane.up_axis(), 1.0),
        "ArrowDown" => (plane.up_axis(), -1.0),
        "PageUp" => (plane.normal_axis(), 1.0),
        "PageDown" => (plane.normal_axis(), -1.0),
        _ => return,
    };
    event.prevent_default();
    view_state.move_crosshair(axis, n_pixels);
}
