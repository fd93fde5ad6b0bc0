//! The viewer: three linked planes, the readout, the tabs.

use leptos::prelude::*;

use super::picture_label::PictureLabel;
use super::progress_line::ProgressLine;
use super::readout::Readout;
use super::slice_view::SliceView;
use super::tabs::Tabs;
use crate::render::{Paper, Plane};
use crate::ui::state::study::Study;
use crate::ui::state::view_state::ViewState;

/// All planes at one scale, or one of them large.
#[component]
pub fn Viewer() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    // Widths in millimetres, so that the planes share one scale.
    let width = move |plane: Plane| {
        view_state.scene.get().map_or(1.0, |scene| scene.bounds.max[plane.right_axis()] - scene.bounds.min[plane.right_axis()])
    };
    let tracks = move |planes: &[Plane]| planes.iter().map(|plane| format!("minmax(0, {}fr)", width(*plane))).collect::<Vec<_>>().join(" ");
    let columns = move || tracks(&Plane::ALL);
    let columns_of_two = move || tracks(&[Plane::Coronal, Plane::Sagittal]);
    let planes = Plane::ALL.map(|plane| view! { <SliceView plane=plane /> });
    let is_outdated = Memo::new(move |_| study.is_outdated());
    view! {
        <section class="viewer">
            <PictureLabel />
            <div class="planes" class:is-outdated=is_outdated class:planes--one=move || view_state.focus.get().is_some()
                class:planes--white=move || { view_state.layers.get().paper == Paper::White }
                class:planes--zoomed=move || { view_state.view.read().zoom > 1.0 } style:--columns=columns
                style:--columns-of-two=columns_of_two>
                {planes}
            </div>
            <ProgressLine />
            <Readout />
            <Tabs />
        </section>
    }
    .into_any()
}
