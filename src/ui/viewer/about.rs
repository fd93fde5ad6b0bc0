//! "What am I looking at?": what the picture is and is not, folded away beside the sentence.

use leptos::ev::{self, KeyboardEvent};
use leptos::html::Details;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Node;

use crate::ui::state::study::{Study, StudySource};
use crate::ui::text::meaning as words;
use crate::ui::text::terms;

/// A native `<details>` whose content lies over the page; Esc and a click elsewhere close it.
#[component]
pub fn About() -> impl IntoView {
    let study = expect_context::<Study>();
    let element = NodeRef::<Details>::new();
    let on_key = move |event: KeyboardEvent| {
        let Some(details) = element.get_untracked().filter(|details| event.key() == "Escape" && details.open()) else { return };
        // Elsewhere the key cancels what is running.
        event.stop_propagation();
        details.set_open(false);
    };
    // When the click has done what it was meant for: what lies below moves where the content is no overlay.
    let elsewhere = window_event_listener(ev::click, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        let details = element.get_untracked().filter(|details| details.open() && !details.contains(target.as_ref()));
        details.into_iter().for_each(|details| details.set_open(false));
    });
    on_cleanup(move || elsewhere.remove());
    let demo = move || (study.source.get() == StudySource::Demo).then(|| view! { <p>{words::DEMO_IS_SYNTHETIC.get()}</p> });
    let terms = terms::ALL.map(|term| view! { <dt>{term.name.get()}</dt><dd>{term.meaning.get()}</dd> });
    view! {
        <details node_ref=element class="about" data-testid="about-map" on:keydown=on_key>
            <summary class="button">{words::WHAT_IS_THIS.get()}</summary>
            <div class="about__words" tabindex="0" role="group" aria-label=words::WHAT_IS_THIS.get()>
                <p>{words::NOT_A_DIAGNOSIS.get()}</p>
                <p>{words::PLANES.get()}</p>
                <p>{words::INTENSITY.get()}</p>
                {demo}
                <dl class="terms">{terms}</dl>
                <p class="muted">{words::CLOSE_HINT.get()}</p>
            </div>
        </details>
    }
    .into_any()
}
