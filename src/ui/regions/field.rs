//! The field for the smallest cluster that is drawn.

use leptos::prelude::*;

use crate::render::MAX_MIN_CLUSTER;
use crate::ui::state::study::Study;
use crate::ui::state::view_state::ViewState;
use crate::ui::text::format;
use crate::ui::text::regions as words;

/// A number of voxels, with their volume in mm³.
#[component]
pub fn MinClusterField() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let voxels = move || view_state.view.read().min_cluster;
    let shown = move || {
        let voxel_mm3 = study.map.read().as_ref()?.placed.volume.world_from_voxel().determinant().abs();
        Some(format!("{} mm³", format::cubic_millimetres(voxels() as f64 * voxel_mm3)))
    };
    let set = move |event| {
        // What is no number leaves the view as it was.
        let wanted: Option<usize> = event_target_value(&event).parse().ok();
        wanted.into_iter().for_each(|n| view_state.view.update(|view| view.min_cluster = n.clamp(1, MAX_MIN_CLUSTER)));
    };
    view! {
        <label class="field">
            <span class="field__label">{words::MIN_CLUSTER.get()} <span class="field__value">{shown}</span></span>
            <input type="number" min="1" max=MAX_MIN_CLUSTER.to_string() step="1" data-testid="min-cluster-size"
                prop:value=move || voxels().to_string() on:input=set />
        </label>
    }
    .into_any()
}
