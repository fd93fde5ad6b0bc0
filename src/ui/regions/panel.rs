//! The panel: what was found in words, the table, its file.

use std::sync::Arc;

use leptos::prelude::*;

use super::state::{Found, Told};
use super::table::{ClusterTable, region_names};
use crate::analysis::clusters::ClusterRule;
use crate::engine::message::{ClustersReady, Failure};
use crate::export::cluster_table::cluster_table;
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
    let said = move || match (study.map.read().is_some(), found()) {
        (false, _) => text::NO_MAP.get().to_owned(),
        (true, None) => words::LOOKING.get().to_owned(),
        (true, Some(found)) => in_words(&found),
    };
    let state = move || match (study.map.read().is_some(), found()) {
        (false, _) => "empty",
        (true, None) => "looking",
        (true, Some(found)) if found.told.is_err() => "failed",
        (true, Some(_)) if study.work.read().is_doing(Task::Clusters) => "looking",
        (true, Some(_)) => "ready",
    };
    let table = move || {
        let (rule, listed) = listed(&found()?)?;
        Some(view! { <ClusterTable rule=rule ready=listed /> })
    };
    let save = move |_| {
        let listed = study.clustering.found.get_untracked().and_then(|found| listed(&found));
        listed.into_iter().for_each(|(rule, ready)| untrack(|| save_table(study, rule, &ready)));
    };
    let nothing_to_save = move || found().and_then(|found| listed(&found)).is_none();
    view! {
        <section class="regions" aria-label=words::TITLE.get()>
            <p class="muted" role="status" data-testid="clusters-status" data-state=state>{said}</p>
            {table}
            <button type="button" class="button" data-testid="download-clusters" disabled=nothing_to_save on:click=save>{words::SAVE.get()}</button>
        </section>
    }
    .into_any()
}

fn in_words(found: &Found) -> String {
    let map = &found.wish.map;
    // Of several channels the range is that of all.
    let largest = (map.ready.channels == 1).then(|| map.range());
    match &found.told {
        Ok(Told { ready, .. }) => words::found(ready, found.wish.rule, largest),
        Err(Failure { what, hint }) => format!("{what}. {hint}."),
    }
}

/// Clusters that can be listed.
fn listed(found: &Arc<Found>) -> Option<(ClusterRule, ClustersReady)> {
    let told = found.told.as_ref().ok().filter(|told| !told.ready.listed.is_empty())?;
    Some((found.wish.rule, told.ready.clone()))
}

fn save_table(study: Study, rule: ClusterRule, ready: &ClustersReady) {
    let name = format!("{}_clusters.tsv", ready.name);
    let bytes = cluster_table(&ready.listed, &region_names(study, &ready.listed), rule);
    if let Err(error) = save_bytes(&bytes, &name, TSV) {
        study.fail(Failure { what: format!("{name}: {}", words_of(&error)), hint: text::FIGURE_FAILED_HINT.get().to_owned() });
    }
}
