//! Files and folders are dropped anywhere on the window: they are opened as a model and images, or over the layers' panel as a layer.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, Element};

use super::sorting::sort_out;
use crate::protocol::Failure;
use crate::ui::state::study::{Study, StudySource};
use crate::ui::state::view_state::ViewState;
use crate::ui::text;
use crate::web::dropped_files::{Dropped, DroppedFiles};
use crate::web::picked_files::PickedFile;
use crate::web::words_of;

/// Where files were dropped, by `data-drop` of the nearest element that has it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DropTarget {
    Overlays,
    Background,
    Elsewhere,
}

/// The notice about dropping; shown only while something is dragged over the window.
#[component]
pub fn DropZone() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    // Entering a child fires before leaving its parent, so entries are counted.
    let depth = RwSignal::new(0_i32);
    let listeners = [
        window_event_listener(ev::dragenter, move |_| depth.update(|depth| *depth += 1)),
        window_event_listener(ev::dragleave, move |_| depth.update(|depth| *depth = (*depth - 1).max(0))),
        // A drop is allowed only where this is prevented.
        window_event_listener(ev::dragover, |event| event.prevent_default()),
        window_event_listener(ev::drop, move |event| {
            event.prevent_default();
            depth.set(0);
            if let Some(transfer) = event.data_transfer() {
                let (dropped, target) = (Dropped::take(&transfer), target_of(&event));
                leptos::task::spawn_local(open_dropped(study, view_state, dropped, target));
            }
        }),
    ];
    on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
    view! {
        <div class="drop" class:is-hidden=move || depth.get() == 0>
            <p class="drop__title">{text::DROP_HERE.get()}</p>
            <p>{text::DROP_HINT.get()}</p>
            <p>{text::layers::DROP_HINT.get()}</p>
        </div>
    }
}

fn target_of(event: &DragEvent) -> DropTarget {
    let under = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let found = under.and_then(|element| element.closest("[data-drop]").ok().flatten());
    match found.and_then(|element| element.get_attribute("data-drop")).as_deref() {
        Some("overlays") => DropTarget::Overlays,
        Some("background") => DropTarget::Background,
        _ => DropTarget::Elsewhere,
    }
}

async fn open_dropped(study: Study, view_state: ViewState, dropped: Dropped, target: DropTarget) {
    let hint = || text::DROP_FAILED_HINT.get().to_owned();
    let DroppedFiles { files, unread } = match dropped.into_files().await {
        Ok(dropped) => dropped,
        Err(error) => return study.fail(Failure { what: words_of(&error), hint: hint() }),
    };
    match target {
        DropTarget::Overlays => study.open_overlays(files),
        DropTarget::Background => study.open_background(files, view_state),
        DropTarget::Elsewhere => open_study(study, files),
    }
    if !unread.is_empty() {
        study.fail(Failure { what: text::not_read(&unread), hint: hint() });
    }
}

fn open_study(study: Study, files: Vec<PickedFile>) {
    let has_own_model = study.source.get_untracked() == StudySource::Own && study.model.read_untracked().is_some();
    let sorted = sort_out(files, has_own_model.into());
    if sorted.model.is_empty() && sorted.images.is_empty() {
        let (what, hint) = (text::NOTHING_FOUND.get().to_owned(), text::NOTHING_FOUND_HINT.get().to_owned());
        return study.fail(Failure { what, hint });
    }
    if !sorted.model.is_empty() {
        study.open_model(sorted.model);
    }
    if !sorted.images.is_empty() {
        study.open_images(sorted.images);
    }
}
