//! The table of clusters as a file.

use std::sync::Arc;

use leptos::prelude::*;

use crate::analysis::clusters::Cluster;
use crate::export::cluster_table::cluster_table;
use crate::protocol::Failure;
use crate::ui::layers::regions_at;
use crate::ui::state::clusters::ClusterResult;
use crate::ui::state::study::Study;
use crate::ui::text;
use crate::web::download::save_bytes;
use crate::web::words_of;

const TSV: &str = "text/tab-separated-values";

/// Saves the listed clusters as tab-separated values.
pub fn save_table(study: Study, found: &Arc<ClusterResult>) {
    let Ok(ready) = &found.answer else { return };
    let listed = found.listed();
    let name = format!("{}_clusters.tsv", ready.name);
    let bytes = cluster_table(&listed, &untrack(|| region_names(study, &listed)), found.query.rule);
    if let Err(error) = save_bytes(&bytes, &name, TSV) {
        study.fail(Failure { what: format!("{name}: {}", words_of(&error)), hint: text::FIGURE_FAILED_HINT.get().to_owned() });
    }
}

/// The regions that hold the clusters' peaks, in the order of the clusters.
pub fn region_names(study: Study, clusters: &[Cluster]) -> Vec<String> {
    clusters.iter().map(|cluster| regions_at(study, cluster.peak_mm).join(", ")).collect()
}
