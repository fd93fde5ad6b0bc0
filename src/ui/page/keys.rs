//! Keys that work wherever the focus is.

use leptos::ev::{self, KeyboardEvent};
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

use super::help::open;
use crate::protocol::ExportKind;
use crate::render::{Orientation, Plane};
use crate::ui::state::study::Study;
use crate::ui::state::view_state::ViewState;

/// Percentiles that + and − move the threshold by.
const THRESHOLD_STEP: f64 = 1.0;

/// Zoom factor of one keystroke.
const KEY_ZOOM: f64 = 1.25;

/// Handles keys as long as the page lives.
pub fn listen_to_keys(study: Study, view_state: ViewState, help: NodeRef<Dialog>) {
    let _listener = window_event_listener(ev::keydown, move |event| {
        let is_shortcut = event.ctrl_key() || event.meta_key() || event.alt_key();
        if (event.ctrl_key() || event.meta_key()) && !belongs_to_a_field(&event) {
            act_on_history(&event, view_state);
        }
        if !is_shortcut && !belongs_to_a_field(&event) {
            act(&event.key(), study, view_state, help);
        }
    });
}

fn act_on_history(event: &KeyboardEvent, view_state: ViewState) {
    match (event.key().as_str(), event.shift_key()) {
        ("z", false) => view_state.undo(),
        ("z" | "Z", true) | ("y", false) => view_state.redo(),
        _ => return,
    }
    event.prevent_default();
}

fn act(key: &str, study: Study, view_state: ViewState, help: NodeRef<Dialog>) {
    match key {
        "v" | "V" => view_state.focus.update(|focus| *focus = next_focus(*focus)),
        "c" | "C" => view_state.crosshair_lines.update(|shown| *shown = shown.flipped()),
        "o" | "O" => view_state.overlay.update(|shown| *shown = shown.flipped()),
        "r" | "R" => view_state.view.update(|view| view.orientation = mirrored(view.orientation)),
        "s" | "S" => study.export(ExportKind::Nifti),
        "+" | "=" => view_state.shift_threshold(study.map.get_untracked(), THRESHOLD_STEP),
        "-" | "−" => view_state.shift_threshold(study.map.get_untracked(), -THRESHOLD_STEP),
        "z" => view_state.zoom_by(KEY_ZOOM, None),
        "Z" => view_state.zoom_by(1.0 / KEY_ZOOM, None),
        "0" => view_state.reset_frame(),
        "Escape" => study.cancel(),
        "?" => open(help),
        _ => {}
    }
}

/// Whether the focused element uses keys itself: selects jump to entries by letters, and text inputs are typed into.
fn belongs_to_a_field(event: &KeyboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let is_typed_into = |element: &HtmlElement| {
        let kind = element.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::type_);
        kind.is_some_and(|kind| matches!(kind.as_str(), "text" | "number"))
    };
    event.key() != "Escape" && element.is_some_and(|element| element.tag_name() == "SELECT" || is_typed_into(&element))
}

fn next_focus(focus: Option<Plane>) -> Option<Plane> {
    match focus {
        None => Some(Plane::Coronal),
        Some(Plane::Coronal) => Some(Plane::Sagittal),
        Some(Plane::Sagittal) => Some(Plane::Axial),
        Some(Plane::Axial) => None,
    }
}

fn mirrored(orientation: Orientation) -> Orientation {
    match orientation {
        Orientation::Neurological => Orientation::Radiological,
        Orientation::Radiological => Orientation::Neurological,
    }
}
