//! One plane of a column: a small canvas with the crosshair, which a pointer moves for the whole page.

use leptos::ev::{PointerEvent, WheelEvent};
use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::HtmlCanvasElement;

use super::scene::CompareScene;
use crate::render::Plane;
use crate::ui::state::view_state::{ViewState, Visibility};
use crate::ui::text::{self, compare as words};

/// A plane through the crosshair. Keys work on the planes above, whose crosshair is the same.
#[component]
pub fn ComparePlane(
    plane: Plane,
    /// Name of the column, for the picture's label.
    title: String,
    canvas: NodeRef<Canvas>,
) -> impl IntoView {
    let (scene, view_state) = (expect_context::<CompareScene>(), expect_context::<ViewState>());
    let is_hidden = move || view_state.focus.get().is_some_and(|focus| focus != plane);
    let position = Memo::new(move |_| {
        let (grid, point) = (scene.grid(plane)?, scene.crosshair()?);
        let pixel = grid.pixel_from_world(point);
        Some([pixel[0] / grid.width as f64 * 100.0, pixel[1] / grid.height as f64 * 100.0])
    });
    let at = move |index: usize| position.get().map_or(0.0, |percent| percent[index]).to_string() + "%";
    let lines_are_hidden = move || view_state.crosshair_lines.get() == Visibility::Hidden || position.get().is_none();
    let point_at =
        move |event: &PointerEvent| canvas.get_untracked().iter().for_each(|canvas| look_at(event, canvas, plane, scene, view_state));
    let begin = move |event: PointerEvent| {
        // Without the capture a drag ends at the canvas's edge, which is no harm.
        canvas.get_untracked().iter().for_each(|canvas| drop(canvas.set_pointer_capture(event.pointer_id())));
        point_at(&event);
    };
    let go_on = move |event: PointerEvent| {
        if event.buttons() == 1 {
            point_at(&event);
        }
    };
    let letters = move || {
        let letters = scene.grid(plane).map(|grid| grid.letters());
        letters.map(|letters| letters.map(|letter| view! { <span class="letter" aria-hidden="true">{letter}</span> }))
    };
    let turn = move |event: WheelEvent| {
        if event.delta_y() != 0.0 && !event.ctrl_key() {
            event.prevent_default();
            view_state.move_crosshair(plane.normal_axis(), -event.delta_y().signum());
        }
    };
    view! {
        <div class="compare__plane" hidden=is_hidden>
            <canvas node_ref=canvas class="compare__canvas" role="img" aria-label=words::picture(&title, text::plane(plane))
                data-testid=format!("compare-{}", plane.name()) on:pointerdown=begin on:pointermove=go_on on:wheel=turn />
            <svg class="plane__crosshair" aria-hidden="true" class:is-hidden=lines_are_hidden>
                <line x1=move || at(0) x2=move || at(0) y1="0" y2="100%" />
                <line x1="0" x2="100%" y1=move || at(1) y2=move || at(1) />
            </svg>
            {letters}
        </div>
    }
    .into_any()
}

fn look_at(event: &PointerEvent, canvas: &HtmlCanvasElement, plane: Plane, scene: CompareScene, view_state: ViewState) {
    let (Some(grid), Some(point)) = (untrack(|| scene.grid(plane)), untrack(|| scene.crosshair())) else { return };
    let frame = canvas.get_bounding_client_rect();
    let across = (f64::from(event.client_x()) - frame.left()) / frame.width() * grid.width as f64;
    let down = (f64::from(event.client_y()) - frame.top()) / frame.height() * grid.height as f64;
    view_state.look_at(grid.hit([across, down], point[plane.normal_axis()]));
}
