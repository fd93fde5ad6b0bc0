//! The border between the planes and the panel below them, which can be moved: a window splitter as the ARIA Authoring Practices
//! describe it.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::ui::state::room::SHARES;
use crate::ui::state::view_state::ViewState;
use crate::ui::text;

/// `id` of the planes, whose height the splitter sets.
pub const PLANES_ID: &str = "planes";

/// Percent of the height that an arrow key moves the border by.
const STEP: f64 = 2.0;

/// Percent of the height that Page Up and Page Down move the border by.
const PAGE: f64 = 10.0;

/// A bar between planes and panel: dragged, moved by keys, brought back by a double click. The style sheet shows it where the two
/// share one window.
#[component]
pub fn Splitter() -> impl IntoView {
    let room = expect_context::<ViewState>().room;
    let element = NodeRef::<Div>::new();
    let begin = move |event: PointerEvent| {
        if event.button() == 0 {
            // Without the capture a drag ends at the bar's edge, which is no harm.
            element.get_untracked().iter().for_each(|element| drop(element.set_pointer_capture(event.pointer_id())));
        }
    };
    let drag = move |event: PointerEvent| {
        let is_dragged =
            event.buttons() == 1 && element.get_untracked().is_some_and(|element| element.has_pointer_capture(event.pointer_id()));
        let share =
            if is_dragged { element.get_untracked().and_then(|element| share_at(&element, f64::from(event.client_y()))) } else { None };
        share.into_iter().for_each(|share| room.choose(Some(share)));
    };
    let on_key = move |event: KeyboardEvent| {
        let Some(share) = after_key(&event.key(), untrack(|| room.share())) else { return };
        event.prevent_default();
        room.choose(Some(share));
    };
    view! {
        <div node_ref=element class="splitter" role="separator" tabindex="0" data-testid="splitter" aria-orientation="horizontal"
            aria-label=text::SPLITTER.get() title=text::SPLITTER_TITLE.get() aria-controls=PLANES_ID aria-valuemin=SHARES[0].to_string()
            aria-valuemax=SHARES[1].to_string() aria-valuenow=move || room.share().to_string() on:pointerdown=begin on:pointermove=drag
            on:dblclick=move |_| room.choose(None) on:keydown=on_key />
    }
    .into_any()
}

/// The planes' share in percent if the bar's middle lay at a height of the window: planes and panel together stay as high as they are.
fn share_at(bar: &HtmlElement, client_y: f64) -> Option<f64> {
    let planes = bar.previous_element_sibling()?.get_bounding_client_rect();
    let panel = bar.parent_element()?.query_selector("[role=tabpanel]:not([hidden])").ok()??.get_bounding_client_rect();
    let all = planes.height() + panel.height();
    (all > 0.0).then(|| (client_y - bar.get_bounding_client_rect().height() / 2.0 - planes.top()) / all * 100.0)
}

/// The share that a key leads to: a step or a page up or down, or an end.
fn after_key(key: &str, share: f64) -> Option<f64> {
    match key {
        "ArrowDown" => Some(share + STEP),
        "ArrowUp" => Some(share - STEP),
        "PageDown" => Some(share + PAGE),
        "PageUp" => Some(share - PAGE),
        "Home" => Some(SHARES[0]),
        "End" => Some(SHARES[1]),
        _ => None,
    }
}
