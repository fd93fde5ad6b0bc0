//! Panel 4: the runs whose results the browser keeps, and the outcome of the last run.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::{Interpretation, KeptRun};
use crate::ui::state::study::{ResultStorage, Study};
use crate::ui::text::{self, group as words};
use crate::web::kept_files::can_choose_folder;

/// A list of runs, the latest first.
#[component]
pub fn ResultsPanel() -> impl IntoView {
    let study = expect_context::<Study>();
    let rows = move || study.runs.get().into_iter().map(|run| view! { <Run run=run /> }).collect_view();
    view! {
        <section class="panel" aria-labelledby="results-title">
            <h2 id="results-title"><span class="panel__number">"4"</span>{words::RESULTS.get()}</h2>
            <p class="warning" class:is-hidden=move || study.result_storage.get() == ResultStorage::Persistent>{words::NOT_KEPT.get()}</p>
            <p class="muted" class:is-hidden=move || !study.runs.read().is_empty()>{words::NO_RUNS.get()}</p>
            {move || study.interpreted.get().map(|last| view! { <Report last=last /> })}
            <ul class="runs" class:is-hidden=move || study.runs.read().is_empty()>{rows}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Run(run: KeptRun) -> impl IntoView {
    let study = expect_context::<Study>();
    let (packed, saved) = (run.run.clone(), run.clone());
    let is_busy = move || !study.work.read().is_idle();
    view! {
        <li class="run" data-testid="run-row" data-run=run.run.clone() data-name=run.options.name.clone() data-group=run.options.data_group.clone()
            data-done=run.done.to_string() data-total=run.total.to_string()>
            <p class="panel__title">{words::run_title(&run)}</p>
            <p class="muted">{words::run_facts(&run)}</p>
            <div class="buttons buttons--wrap">
                <button type="button" class="button" data-testid="download-results" disabled=is_busy
                    on:click=move |_| study.pack_run(packed.clone())>{words::DOWNLOAD.get()}</button>
                <button type="button" class="button" class:is-hidden=!can_choose_folder() data-testid="save-results" disabled=is_busy
                    on:click=move |_| study.save_run(saved.clone())>{words::SAVE_TO_FOLDER.get()}</button>
                <Forget run=run.run.clone() />
            </div>
        </li>
    }
    .into_any()
}

/// A button that erases a run's results at the second click; leaving the button cancels the first one.
#[component]
fn Forget(run: String) -> impl IntoView {
    let study = expect_context::<Study>();
    let is_sure = RwSignal::new(false);
    let label = move || if is_sure.get() { words::FORGET_REALLY.get() } else { words::FORGET.get() };
    let click = move |_| {
        if is_sure.get_untracked() {
            study.forget_run(run.clone());
        }
        is_sure.update(|is_sure| *is_sure = !*is_sure);
    };
    view! {
        <button type="button" class="button" class:button--danger=is_sure data-testid="forget-results" title=words::FORGET_HINT.get()
            disabled=move || !study.work.read().is_idle() on:click=click on:blur=move |_| is_sure.set(false)>{label}</button>
    }
}

#[component]
fn Report(last: Arc<Interpretation>) -> impl IntoView {
    let title = words::report(&last.run.options.name, last.run.done, last.milliseconds);
    view! {
        <div class="report" data-testid="run-report">
            <p>{title}</p>
            <Sentences title=words::LEFT_OUT.get() sentences=last.left_out.clone() />
            <Sentences title=words::WARNINGS.get() sentences=last.warnings.clone() />
        </div>
    }
    .into_any()
}

/// A titled list of sentences, folded away behind their number.
#[component]
fn Sentences(title: &'static str, sentences: Vec<String>) -> impl IntoView {
    (!sentences.is_empty()).then(|| {
        let title = text::group::counted(title, sentences.len());
        let items = sentences.into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect_view();
        view! { <details><summary>{title}</summary><ul>{items}</ul></details> }
    })
}
