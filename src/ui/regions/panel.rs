//! The panel: what was found in words, the table, its file.

use std::sync::Arc;

use leptos::prelude::*;

use super::state::Found;
use super::table::{region_names, table};
use crate::export::cluster_table::cluster_table;
use crate::protocol::Failure;
use crate::ui::study::{Study, Task};
use crate::ui::tabs::Tab;
use crate::ui::text::{self, regions as words};
use crate::ui::view_state::ViewState;
use crate::web::download::save_bytes;
use crate::web::words_of;

const TSV: &str = "text/tab-separated-values";

/// Clusters of the map, or why there are none.
#[component]
pub fn RegionsPanel() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    // Rows are made only for who sees them.
    let found = move || study.clustering.found.get().filter(|_| view_state.tab.get() == Tab::Regions);
    let said = move || match found() {
        Some(found) => in_words(&found),
        None if study.map.read().is_none() => text::NO_MAP.get().to_owned(),
        None => words::LOOKING.get().to_owned(),
    };
    let state = move || match study.clustering.found.get() {
        _ if study.work.read().is_doing(Task::Clusters) => "looking",
        None => "empty",
        Some(found) if found.told.is_err() => "failed",
        Some(_) => "ready",
    };
    let rows = move || found().map(|found| table(study, &found));
    view! {
        <section class="regions" aria-label=words::TITLE.get()>
            <p class="muted" role="status" data-testid="clusters-status" data-state=state>{said}</p>
            {rows}
        </section>
    }
    .into_any()
}

fn in_words(found: &Found) -> String {
    let map = &found.wish.map;
    // Of several channels the range is that of all.
    let largest = (map.ready.channels == 1).then(|| map.range());
    match &found.told {
        Ok(ready) => words::found(ready, found.wish.rule, largest),
        Err(Failure { what, hint }) => format!("{what}. {hint}."),
    }
}

/// Saves the table of what was found.
pub fn save_table(study: Study, found: &Arc<Found>) {
    let Ok(ready) = &found.told else { return };
    let listed = found.listed();
    let name = format!("{}_clusters.tsv", ready.name);
    let bytes = cluster_table(&listed, &untrack(|| region_names(study, &listed)), found.wish.rule);
    if let Err(error) = save_bytes(&bytes, &name, TSV) {
        study.fail(Failure { what: format!("{name}: {}", words_of(&error)), hint: text::FIGURE_FAILED_HINT.get().to_owned() });
    }
}
