//! The peaks as a table; a click on one moves the crosshair there.

use leptos::prelude::*;

use crate::analysis::clusters::{Cluster, ClusterRule};
use crate::engine::message::{ClustersReady, OverlayKind};
use crate::ui::format;
use crate::ui::layers::regions_at;
use crate::ui::study::Study;
use crate::ui::text::regions as words;
use crate::ui::view_state::ViewState;

/// One row for each listed cluster, the strongest first.
#[component]
pub fn ClusterTable(
    /// What was asked for.
    rule: ClusterRule,
    /// What was found.
    ready: ClustersReady,
) -> impl IntoView {
    let study = expect_context::<Study>();
    let has_regions = names_regions(study);
    let regions = if has_regions { region_names(study, &ready.listed) } else { Vec::new() };
    let rows = ready.listed.iter().enumerate().map(|(index, cluster)| row(cluster, regions.get(index).cloned())).collect_view();
    let hint = (!has_regions).then(|| view! { <p class="muted">{words::ADD_ATLAS.get()}</p> });
    view! {
        <div class="table-frame regions__frame" tabindex="0" role="group" aria-label=words::TITLE.get()>
            <table class="table table--numbers" aria-label=words::caption(rule) data-testid="clusters-table">
                <thead>
                    <tr>
                        <th scope="col">{words::PEAK.get()}</th>
                        <th scope="col">{words::VALUE.get()}</th>
                        {has_regions.then(|| view! { <th scope="col" class="regions__name">{words::REGION.get()}</th> })}
                        <th scope="col">{words::VOXELS.get()}</th>
                        <th scope="col">"mm³"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {hint}
    }
    .into_any()
}

fn row(cluster: &Cluster, region: Option<String>) -> AnyView {
    let view_state = expect_context::<ViewState>();
    let Cluster { n_voxels, mm3, peak_value, peak_mm, .. } = *cluster;
    let place = peak_mm.map(format::millimetres).join(" ");
    // In full for scripts; the cells are for reading.
    let exact = peak_mm.map(|coordinate| coordinate.to_string()).join(",");
    view! {
        <tr data-testid="cluster-row" data-mm=exact data-peak-value=peak_value.to_string() data-size=n_voxels.to_string()
            data-mm3=mm3.to_string() on:click=move |_| view_state.look_at(peak_mm)>
            // The button makes the row reachable by keyboard; its click bubbles to the row.
            <th scope="row"><button type="button" class="table__link" title=words::GO_THERE.get()>{place}</button></th>
            <td>{format::significant(f64::from(peak_value))}</td>
            {region.map(|region| view! { <td class="regions__name">{region}</td> })}
            <td>{format::count(n_voxels as u64)}</td>
            <td>{format::cubic_millimetres(mm3)}</td>
        </tr>
    }
    .into_any()
}

/// The regions below the peaks, in the order of the clusters.
pub fn region_names(study: Study, clusters: &[Cluster]) -> Vec<String> {
    clusters.iter().map(|cluster| regions_at(study, cluster.peak_mm).join(", ")).collect()
}

/// Whether anything on show names regions.
fn names_regions(study: Study) -> bool {
    study.shelf.0.read().overlays.iter().any(|overlay| overlay.is_shown && overlay.volume.ready.kind != OverlayKind::Map)
}
