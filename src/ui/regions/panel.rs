//! The panel of regions: a sentence about what was found, the table, its file.

use leptos::prelude::*;

use super::table::table;
use crate::protocol::Failure;
use crate::ui::state::clusters::ClusterResult;
use crate::ui::state::jobs::JobKind;
use crate::ui::state::study::Study;
use crate::ui::state::tab::Tab;
use crate::ui::state::view_state::ViewState;
use crate::ui::text::{self, regions as words};

/// Clusters of the map, or why there are none.
#[component]
pub fn RegionsPanel() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    // Rows are made only while the tab is in front.
    let found = move || study.clusters.found.get().filter(|_| view_state.tab.get() == Tab::Regions);
    let status = move || match found() {
        Some(found) => in_words(&found),
        None if study.map.read().is_none() => text::NO_MAP.get().to_owned(),
        None => words::LOOKING.get().to_owned(),
    };
    let state = move || match study.clusters.found.get() {
        _ if study.work.read().is_doing(JobKind::Clusters) => "looking",
        None => "empty",
        Some(found) if found.answer.is_err() => "failed",
        Some(_) => "ready",
    };
    let rows = move || found().map(|found| table(study, &found));
    view! {
        <section class="regions" aria-label=words::TITLE.get()>
            <p class="muted" role="status" data-testid="clusters-status" data-state=state>{status}</p>
            {rows}
        </section>
    }
    .into_any()
}

fn in_words(found: &ClusterResult) -> String {
    let map = &found.query.map;
    // With several channels the range is that of all channels, not of this one.
    let largest = (map.ready.channels == 1).then(|| map.range());
    match &found.answer {
        Ok(ready) => words::found(ready, found.query.rule, largest),
        Err(Failure { what, hint }) => format!("{what}. {hint}."),
    }
}
