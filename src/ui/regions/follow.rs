//! When clusters are computed: while their table is in front, and while small ones are not drawn.

use leptos::prelude::*;

use crate::analysis::clusters::ClusterRule;
use crate::ui::state::clusters::ClusterQuery;
use crate::ui::state::study::Study;
use crate::ui::state::tab::Tab;
use crate::ui::state::view_state::{ViewState, threshold_value};

/// Watches map and view as long as the page lives.
pub fn follow_clusters(study: Study, view_state: ViewState) {
    Effect::new(move |_| {
        let view = view_state.view.get();
        let is_wanted = view.min_cluster > 1 || view_state.tab.get() == Tab::Regions;
        // What stays the same, such as the threshold while the crosshair moves, is not asked for again.
        study.query_clusters(study.map.get().filter(|_| is_wanted).map(|map| {
            let rule = ClusterRule { threshold: threshold_value(&map, view.threshold), min_voxels: view.min_cluster };
            ClusterQuery { map, rule }
        }));
    });
}
