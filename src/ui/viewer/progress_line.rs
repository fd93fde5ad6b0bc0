//! The progress bar and the status line: how far work is, as a picture and in words.

use leptos::prelude::*;

use crate::ui::state::study::{Study, StudyStatus};
use crate::ui::text;

/// A progress bar, as wide as there is room.
#[component]
pub fn ProgressLine() -> impl IntoView {
    let study = expect_context::<Study>();
    let is_busy = move || !study.work.read().is_idle();
    // Without a value the bar is indeterminate.
    let share = move || {
        let work = study.work.read();
        work.progress.as_ref().filter(|p| p.total > 0).map(|p| (p.done as f64 / p.total as f64).min(1.0).to_string())
    };
    view! {
        <progress class="progress" data-testid="progress" class:is-idle=move || !is_busy() max="1" value=share aria-label=text::WORKING.get() />
    }
    .into_any()
}

/// The status line, a live region.
#[component]
pub fn StatusLine() -> impl IntoView {
    let study = expect_context::<Study>();
    let words = move || match study.status() {
        StudyStatus::Idle => text::IDLE.get().to_owned(),
        StudyStatus::Ready => text::READY.get().to_owned(),
        StudyStatus::Failed => text::FAILED.get().to_owned(),
        StudyStatus::Loading | StudyStatus::Computing => {
            study.work.read().progress.as_ref().map_or_else(|| format!("{}…", text::WORKING.get()), text::progress::in_words)
        }
    };
    view! { <p role="status" class="status" data-testid="status" data-state=move || study.status().name()>{words}</p> }.into_any()
}
