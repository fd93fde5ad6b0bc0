//! Ready-made settings of figures.

use leptos::prelude::*;

use crate::render::figure::FigureView;
use crate::ui::state::study::Study;
use crate::ui::text::figure as text;
use crate::ui::text::language::Text;

/// A row of buttons that each apply a preset.
#[component]
pub fn Presets() -> impl IntoView {
    let study = expect_context::<Study>();
    let preset = move |testid: &'static str, label: Text, become_it: fn(FigureView) -> FigureView| {
        let choose = move |_| study.figure.view.update(|view| *view = become_it(view.clone()));
        view! { <button type="button" class="button" data-testid=testid on:click=choose>{label.get()}</button> }
    };
    view! {
        <div class="buttons buttons--wrap" role="group" aria-label=text::PRESETS.get()>
            {preset("figure-preset-handbook", text::HANDBOOK, FigureView::handbook)}
            {preset("figure-preset-crosshair", text::AT_CROSSHAIR, FigureView::at_crosshair)}
            {preset("figure-preset-mosaic", text::MOSAIC, FigureView::mosaic)}
        </div>
    }
    .into_any()
}
