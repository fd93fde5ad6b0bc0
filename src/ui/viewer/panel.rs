//! The viewer: three linked planes, the readout, what is seen in words, the tabs.

use leptos::prelude::*;

use super::meaning::Meaning;
use super::picture_label::PictureLabel;
use super::progress_line::ProgressLine;
use super::readout::Readout;
use super::slice_view::SliceView;
use super::splitter::{PLANES_ID, Splitter};
use super::tabs::Tabs;
use crate::render::{Paper, Plane};
use crate::ui::state::study::Study;
use crate::ui::state::tab::Tab;
use crate::ui::state::view_state::ViewState;

/// All planes at one scale, or one of them large.
#[component]
pub fn Viewer() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    // Widths in millimetres, so that the planes share one scale.
    let length = move |axis: usize| {
        view_state.scene.get().map_or(1.0, |scene| scene.bounds.max[axis] - scene.bounds.min[axis]).max(f64::MIN_POSITIVE)
    };
    let tracks = move |planes: &[Plane]| {
        planes.iter().map(|plane| format!("minmax(0, {}fr)", length(plane.right_axis()))).collect::<Vec<_>>().join(" ")
    };
    let columns = move || tracks(&Plane::ALL);
    let columns_of_two = move || tracks(&[Plane::Coronal, Plane::Sagittal]);
    // How many times wider than high the row of planes is, by which it is fitted into the height that there is.
    let ratio = move || {
        let seen = |plane: &&Plane| view_state.focus.get().is_none_or(|focus| focus == **plane);
        let width: f64 = Plane::ALL.iter().filter(seen).map(|plane| length(plane.right_axis())).sum();
        let height = Plane::ALL.iter().filter(seen).map(|plane| length(plane.up_axis())).fold(0.0, f64::max);
        (width / height).to_string()
    };
    let planes = Plane::ALL.map(|plane| view! { <SliceView plane=plane /> });
    let is_outdated = Memo::new(move |_| study.is_outdated());
    view! {
        <section class="viewer" class:viewer--strip=move || { view_state.tab.get() != Tab::Map } style:--share=move || view_state.room.share().to_string()>
            <PictureLabel />
            <div class="planes" id=PLANES_ID class:is-outdated=is_outdated class:planes--one=move || view_state.focus.get().is_some()
                class:planes--white=move || { view_state.layers.get().paper == Paper::White }
                class:planes--zoomed=move || { view_state.view.read().zoom > 1.0 } style:--columns=columns
                style:--columns-of-two=columns_of_two style:--ratio=ratio>
                <div class="planes__frame"><div class="planes__row">{planes}</div></div>
                <Readout />
            </div>
            <Splitter />
            <Meaning />
            <ProgressLine />
            <Tabs />
        </section>
    }
    .into_any()
}
