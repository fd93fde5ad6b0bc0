//! The peaks as a table; a click on one moves the crosshair there.

use std::sync::Arc;

use leptos::prelude::*;

use super::save_table::{region_names, save_table};
use crate::analysis::clusters::Cluster;
use crate::protocol::OverlayKind;
use crate::ui::state::clusters::ClusterResult;
use crate::ui::state::study::Study;
use crate::ui::state::view_state::ViewState;
use crate::ui::text::format;
use crate::ui::text::regions as words;

/// One row for each listed cluster, and the button that saves them; `None` without clusters. Not a component, which would not be
/// rendered again when overlays change.
pub fn table(study: Study, found: &Arc<ClusterResult>) -> Option<AnyView> {
    let clusters = Some(found.listed()).filter(|listed| !listed.is_empty())?;
    let regions = names_regions(study).then(|| region_names(study, &clusters));
    let hint = if regions.is_none() { words::ADD_ATLAS.get() } else { "" };
    let columns = [words::PEAK, words::VALUE, words::VOXELS, words::MM3, words::REGION];
    let columns = columns.into_iter().take(if regions.is_some() { 5 } else { 4 });
    let header = columns.map(|column| view! { <th scope="col">{column.get()}</th> }).collect_view();
    let region_of = |index: usize| regions.as_ref().map(|regions| regions[index].clone());
    let rows = clusters.iter().enumerate().map(|(index, cluster)| row(cluster, region_of(index))).collect_view();
    let found = found.clone();
    let view = view! {
        <div class="table-frame regions__frame" tabindex="0" role="group" aria-label=words::TITLE.get()>
            <table class="table table--numbers" data-testid="clusters-table" aria-label=words::caption(found.query.rule)>
                <thead>
                    <tr>{header}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="muted">{hint}</p>
        <button type="button" class="button" data-testid="download-clusters" on:click=move |_| save_table(study, &found)>{words::SAVE.get()}</button>
    };
    Some(view.into_any())
}

fn row(cluster: &Cluster, region: Option<String>) -> AnyView {
    let view_state = expect_context::<ViewState>();
    let Cluster { n_voxels, mm3, peak_value, peak_mm, .. } = *cluster;
    let place = peak_mm.map(format::millimetres).join(" ");
    let cells = [format::significant(f64::from(peak_value)), format::count(n_voxels as u64), format::cubic_millimetres(mm3)];
    let cells = cells.into_iter().chain(region).map(|cell| view! { <td>{cell}</td> }).collect_view();
    // In full for scripts; the cells are for reading.
    let exact = peak_mm.map(|coordinate| coordinate.to_string()).join(",");
    view! {
        <tr data-testid="cluster-row" data-mm=exact data-peak-value=peak_value.to_string() data-size=n_voxels.to_string()
            data-mm3=mm3.to_string() on:click=move |_| view_state.look_at(peak_mm)>
            // The button makes the row reachable by keyboard; its click bubbles to the row.
            <th scope="row"><button type="button" class="table__link" title=words::GO_THERE.get()>{place}</button></th>
            {cells}
        </tr>
    }
    .into_any()
}

/// Whether any shown overlay names regions.
fn names_regions(study: Study) -> bool {
    study.extra_volumes.0.read().overlays.iter().any(|overlay| overlay.look.is_shown && overlay.volume.ready.kind != OverlayKind::Map)
}
