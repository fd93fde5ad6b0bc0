//! One plane: a canvas with the slice, lines and letters above it, and everything that moves the crosshair.

use std::cell::RefCell;

use leptos::ev::{KeyboardEvent, PointerEvent, WheelEvent};
use leptos::html::Canvas;
use leptos::prelude::*;

use super::figure::render_plane;
use super::study::Study;
use super::view_state::{Shown, ViewState};
use super::{format, text};
use crate::render::Plane;
use crate::web::canvas::paint;
use crate::web::frame::FrameLoop;

/// A plane through the crosshair.
#[component]
pub fn SliceView(
    /// Which.
    plane: Plane,
) -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let canvas = NodeRef::<Canvas>::new();
    redraw_when_seen_things_change(plane, study, view_state, canvas);
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
        <figure class="plane" hidden=is_hidden>
            <canvas
                node_ref=canvas
                class="plane__canvas"
                data-testid=format!("canvas-{}", plane.name())
                tabindex="0"
                role="img"
                aria-label=text::canvas_label(plane)
                on:pointerdown=move |event| { hold(&event, canvas); point_at(&event, plane, view_state, canvas) }
                on:pointermove=move |event| if event.buttons() & 1 == 1 { point_at(&event, plane, view_state, canvas) }
                on:wheel=move |event| step_by_wheel(&event, plane, view_state)
                on:keydown=move |event| step_by_key(&event, plane, view_state)
            />
            <Crosshair plane=plane />
            {letters}
            <figcaption class="plane__caption">{caption}</figcaption>
        </figure>
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
    let is_hidden = move || view_state.crosshair_lines.get() == Shown::No || position.get().is_none();
    view! {
        <svg class="plane__crosshair" aria-hidden="true" class:is-hidden=is_hidden>
            <line x1=move || at(0) x2=move || at(0) y1="0" y2="100%" />
            <line x1="0" x2="100%" y1=move || at(1) y2=move || at(1) />
        </svg>
    }
}

fn redraw_when_seen_things_change(plane: Plane, study: Study, view_state: ViewState, canvas: NodeRef<Canvas>) {
    let position = Memo::new(move |_| view_state.crosshair().map(|point| point[plane.normal_axis()]));
    let opacity = Memo::new(move |_| view_state.view.read().opacity);
    let grid = Memo::new(move |_| view_state.grid(plane));
    let pixels = RefCell::new(Vec::new());
    let frames = FrameLoop::new(move || {
        let (Some(canvas), Some(grid)) = (canvas.get_untracked(), grid.get_untracked()) else { return };
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
        position.track();
        opacity.track();
        grid.track();
        view_state.scale.track();
        view_state.overlay.track();
        canvas.track();
        frames.with_value(FrameLoop::ask);
    });
}

fn hold(event: &PointerEvent, canvas: NodeRef<Canvas>) {
    if let Some(canvas) = canvas.get_untracked() {
        // Without the capture a drag ends at the canvas's edge, which is no harm.
        let _ = canvas.set_pointer_capture(event.pointer_id());
    }
}

fn point_at(event: &PointerEvent, plane: Plane, view_state: ViewState, canvas: NodeRef<Canvas>) {
    let (Some(canvas), Some(grid)) = (canvas.get_untracked(), untrack(|| view_state.grid(plane))) else { return };
    let Some(point) = untrack(|| view_state.crosshair()) else { return };
    let frame = canvas.get_bounding_client_rect();
    let x = (f64::from(event.client_x()) - frame.left()) / frame.width() * grid.width as f64;
    let y = (f64::from(event.client_y()) - frame.top()) / frame.height() * grid.height as f64;
    view_state.look_at(grid.hit([x, y], point[plane.normal_axis()]));
}

fn step_by_wheel(event: &WheelEvent, plane: Plane, view_state: ViewState) {
    // With a modifier the wheel belongs to the browser.
    if event.delta_y() != 0.0 && !event.ctrl_key() && !event.meta_key() {
        event.prevent_default();
        view_state.step(plane.normal_axis(), -event.delta_y().signum());
    }
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
    view_state.step(axis, n_pixels);
}
