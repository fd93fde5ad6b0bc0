//! What is seen, in one sentence below the planes, with more to unfold beside it.

use leptos::prelude::*;

use super::about::About;
use crate::ui::state::extra_volumes::Slot;
use crate::ui::state::jobs::JobKind;
use crate::ui::state::study::{Study, StudySource};
use crate::ui::text::meaning as words;

/// The masks that come with the demo study.
const MASKS: [Slot; 2] = [Slot::AdMask, Slot::CnMask];

/// The sentence about the map that is shown, the demo's masks at one click, and the rest of the explanation folded away.
#[component]
pub fn Meaning() -> impl IntoView {
    let study = expect_context::<Study>();
    let sentence = move || match (study.map.get(), study.model.get()) {
        (Some(map), Some(model)) => {
            let ready = &map.ready;
            words::of_map(&ready.explanation, &ready.element_name, ready.statistics, &model)
        }
        _ => words::NO_MAP.get().to_owned(),
    };
    let is_demo = Memo::new(move |_| study.source.get() == StudySource::Demo);
    let masks = move || is_demo.get().then(|| view! { <MasksButton /> });
    view! {
        <div class="meaning">
            <p class="meaning__sentence" data-testid="meaning">{sentence}</p>
            {masks}
            <About />
        </div>
    }
    .into_any()
}

/// Outlines both masks over the planes, or takes them away again.
#[component]
fn MasksButton() -> impl IntoView {
    let study = expect_context::<Study>();
    let are_open = Memo::new(move |_| MASKS.into_iter().all(|mask| study.extra_volumes.has(mask)));
    let is_opening = move || MASKS.into_iter().any(|mask| study.work.read().is_doing(JobKind::OpenVolume(mask)));
    let toggle = move |_| {
        if are_open.get_untracked() {
            MASKS.into_iter().for_each(|mask| study.extra_volumes.remove_all(mask));
        } else {
            MASKS.into_iter().filter(|mask| !untrack(|| study.extra_volumes.has(*mask))).for_each(|mask| study.add_mask(mask));
        }
    };
    let label = move || if are_open.get() { words::HIDE_MASKS.get() } else { words::SHOW_MASKS.get() };
    view! {
        <button type="button" class="button" data-testid="show-demo-masks" title=words::MASKS_TITLE.get() disabled=is_opening on:click=toggle>{label}</button>
    }
    .into_any()
}
