//! Position and values under the crosshair, as numbers.

use leptos::prelude::*;

use crate::render::{nearest_value, nearest_voxel};
use crate::ui::layers::regions_at;
use crate::ui::state::shown::PlacedVolume;
use crate::ui::state::study::Study;
use crate::ui::state::view_state::ViewState;
use crate::ui::text::{self, format};

/// Position in millimetres, voxel, values of image and map, the value's percentile, and regions.
#[component]
pub fn Readout() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let millimetres = move || {
        let [x, y, z] = view_state.crosshair()?.map(format::millimetres);
        Some(format!("x {x}  y {y}  z {z} mm"))
    };
    let voxel = move || {
        let point = view_state.crosshair()?;
        let image = study.image.get()?;
        let voxel = nearest_voxel(&image.placed.volume, &image.placed.voxel_from_world, point)?;
        Some(format!("{} {}, {}, {}", text::VOXEL.get(), voxel[0], voxel[1], voxel[2]))
    };
    let image = move || study.image.get().and_then(|image| value_in_words(text::IMAGE_VALUE.get(), &image.placed, view_state.crosshair()?));
    let saliency = move || study.map.get().and_then(|map| value_in_words(text::SALIENCY.get(), &map.placed, view_state.crosshair()?));
    let percentile = move || {
        let (map, point) = (study.map.get()?, view_state.crosshair()?);
        let value = nearest_value(&map.placed.volume, &map.placed.voxel_from_world, point)?;
        Some(text::numbers::percentile(study.numbers.read().as_ref()?.ranks.percent_below(value.abs())))
    };
    let regions = move || {
        let regions = regions_at(study, view_state.crosshair()?);
        (!regions.is_empty()).then(|| format!("{} {}", text::layers::REGION.get(), regions.join(", ")))
    };
    view! {
        <div class="readout" aria-live="polite">
            <output data-testid="crosshair-mm">{millimetres}</output>
            <output data-testid="crosshair-voxel">{voxel}</output>
            <output data-testid="crosshair-value"><span data-testid="crosshair-image">{image}</span>"  "{saliency}</output>
            <output data-testid="crosshair-percentile" title=text::numbers::PERCENTILE_TITLE.get()>{percentile}</output>
            <output data-testid="crosshair-region">{regions}</output>
        </div>
    }
    .into_any()
}

fn value_in_words(name: &str, placed: &PlacedVolume, point_in_world: [f64; 3]) -> Option<String> {
    let value = nearest_value(&placed.volume, &placed.voxel_from_world, point_in_world)?;
    Some(format!("{name} {}", format::significant(f64::from(value))))
}
