//! The whole window takes files and folders.

use leptos::ev;
use leptos::prelude::*;

use super::sorting::sort_out;
use super::study::{Sources, Study};
use super::text;
use crate::engine::message::Failure;
use crate::web::dropped_files::Dropped;
use crate::web::words_of;

/// Shown only while something is dragged over the window.
#[component]
pub fn DropZone() -> impl IntoView {
    let study = expect_context::<Study>();
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
                let dropped = Dropped::seize(&transfer);
                leptos::task::spawn_local(open_dropped(study, dropped));
            }
        }),
    ];
    on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
    view! {
        <div class="drop" class:is-hidden=move || depth.get() == 0>
            <p class="drop__title">{text::DROP_HERE.get()}</p>
            <p>{text::DROP_HINT.get()}</p>
        </div>
    }
}

async fn open_dropped(study: Study, dropped: Dropped) {
    let files = match dropped.into_files().await {
        Ok(files) => files,
        Err(error) => return study.fail(Failure { what: words_of(&error), hint: text::DROP_FAILED_HINT.get().to_owned() }),
    };
    let has_own_model = study.sources.get_untracked() == Sources::Own && study.model.read_untracked().is_some();
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
