//! What is being done and how far it is.

use leptos::prelude::*;

use super::study::{State, Study};
use super::{format, text};
use crate::pace::Stage;
use crate::protocol::Progress;

/// A progress bar and the status line, a live region.
#[component]
pub fn ProgressLine() -> impl IntoView {
    let study = expect_context::<Study>();
    let words = move || match study.state() {
        State::Idle => text::IDLE.get().to_owned(),
        State::Ready => text::READY.get().to_owned(),
        State::Failed => text::FAILED.get().to_owned(),
        State::Loading | State::Computing => {
            study.work.read().progress.as_ref().map_or_else(|| format!("{}…", text::WORKING.get()), in_words)
        }
    };
    let is_busy = move || !study.work.read().is_idle();
    // Without a value the bar is indeterminate.
    let share = move || {
        let work = study.work.read();
        work.progress.as_ref().filter(|p| p.total > 0).map(|p| (p.done as f64 / p.total as f64).min(1.0).to_string())
    };
    view! {
        <progress class="progress" data-testid="progress" class:is-idle=move || !is_busy() max="1" value=share aria-label=text::WORKING.get() />
        <p role="status" class="status" data-testid="status" data-state=move || study.state().name()>{words}</p>
    }
    .into_any()
}

/// Stage, units done, what it is about, time left: as far as they are known.
pub fn in_words(progress: &Progress) -> String {
    let about = progress.about.clone();
    let remaining = progress.remaining_ms.map(text::remaining);
    std::iter::once(how_far(progress)).chain(about).chain(remaining).collect::<Vec<_>>().join(" · ")
}

fn how_far(progress: &Progress) -> String {
    let Progress { stage, done, total, .. } = *progress;
    let name = text::stage(stage);
    let unit = |n: u64| if counts_bytes(stage) { format::megabytes(n) } else { n.to_string() };
    match total {
        0 if done == 0 => format!("{name}…"),
        0 => format!("{name}, {}", unit(done)),
        _ => format!("{name}, {} / {}", unit(done), unit(total)),
    }
}

fn counts_bytes(stage: Stage) -> bool {
    matches!(stage, Stage::Reading | Stage::Fetching | Stage::Parsing | Stage::Uploading)
}
