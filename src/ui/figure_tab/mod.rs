//! The panel of figures: fields in nilearn's words, the figure that the engine draws of them, and its files.

mod exports;
mod fields;
mod picture;
mod presets;

use leptos::prelude::*;

use self::exports::Exports;
use self::fields::Fields;
use self::picture::Picture;
use self::presets::Presets;
use super::state::study::Study;
use super::state::tab::Tab;
use super::state::view_state::ViewState;
use super::text::figure as text;
use crate::render::figure::CutPlace;

/// The whole panel. While it is in front, a figure is drawn for every map and every change of the fields.
#[component]
pub fn FigureTab() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    // The signal of extra volumes also changes with volumes that no figure shows.
    let volumes = Memo::new(move |_| study.figure_volumes(&study.figure.view.read()));
    Effect::new(move |_| {
        if view_state.tab.get() != Tab::Figure {
            return;
        }
        let map = study.map.get();
        let Some(map) = map else { return study.figure.clear() };
        let view = study.figure.view.get();
        let follows = view.place == CutPlace::Crosshair;
        study.draw_figure(&view, if follows { view_state.crosshair() } else { None }, &map, volumes.get());
    });
    view! {
        <section class="figure-tab" aria-label=text::FIGURE.get()>
            <div class="figure-tab__shown"><Picture /></div>
            <div class="figure-tab__options">
                <Presets />
                <Fields />
                <Exports />
            </div>
        </section>
    }
    .into_any()
}
