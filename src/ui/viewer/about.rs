//! "What am I looking at?": what the picture is and is not, folded away beside the sentence.

use leptos::ev::KeyboardEvent;
use leptos::html::Details;
use leptos::prelude::*;

use crate::ui::state::study::{Study, StudySource};
use crate::ui::text::meaning as words;
use crate::ui::text::terms;

/// A native `<details>` whose content lies over the page; Esc closes it.
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
