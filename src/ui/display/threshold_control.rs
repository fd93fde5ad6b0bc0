//! The threshold below which magnitudes are hidden: a percentile of the map, or a value that stays the same from map to map.

use leptos::prelude::*;

use crate::render::Threshold;
use crate::ui::controls::choice::{Choice, Entry};
use crate::ui::state::study::Study;
use crate::ui::state::view_state::{ViewState, percent_of, threshold_value};
use crate::ui::text::{self, format, terms};

/// A slider for the threshold, and the choice between percentile and value.
#[component]
pub fn ThresholdControl() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let threshold = move || view_state.view.read().threshold;
    let is_percentile = move || matches!(threshold(), Threshold::Percentile(_));
    let largest = move || if is_percentile() { 100.0 } else { study.map.read().as_ref().map_or(1.0, |map| f64::from(map.range())) };
    // Both readings side by side, so that neither choice hides what it does.
    let shown = move || {
        let map = study.map.get()?;
        let value = format::significant(f64::from(threshold_value(&map, threshold())));
        Some(format!("{value} · {} %", format::decimals(percent_of(&map, threshold()), 1)))
    };
    let slide = move |event| {
        let Ok(number) = event_target_value(&event).parse::<f64>() else { return };
        view_state.view.update(|view| {
            view.threshold = match view.threshold {
                Threshold::Percentile(_) => Threshold::Percentile(number),
                Threshold::Absolute(_) => Threshold::Absolute(number as f32),
            };
        });
    };
    let number = move || match threshold() {
        Threshold::Percentile(percent) => percent.to_string(),
        Threshold::Absolute(value) => value.to_string(),
    };
    let meaning = terms::of_field("threshold");
    view! {
        <label class="field" title=meaning>
            <span class="field__label"><span class="field__name">{text::THRESHOLD.get()}</span> <span class="field__value">{shown}</span></span>
            // The limits come before the value: a browser clamps the value to the limits it knows.
            <input type="range" min="0" data-testid="threshold" aria-description=meaning max=move || largest().to_string()
                step=move || (largest() / 1000.0).to_string() prop:value=number on:input=slide />
        </label>
        <ThresholdMode />
    }
    .into_any()
}

#[component]
fn ThresholdMode() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let entries = vec![Entry::new("percentile", text::PERCENTILE.get()), Entry::new("absolute", text::ABSOLUTE.get())];
    let value = move || match view_state.view.read().threshold {
        Threshold::Percentile(_) => "percentile".to_owned(),
        Threshold::Absolute(_) => "absolute".to_owned(),
    };
    // What is hidden stays hidden when the meaning changes.
    let choose = move |mode: String| {
        let Some(map) = study.map.get_untracked() else { return };
        view_state.view.update(|view| {
            view.threshold = match mode.as_str() {
                "absolute" => Threshold::Absolute(threshold_value(&map, view.threshold)),
                _ => Threshold::percentile(percent_of(&map, view.threshold)),
            };
        });
    };
    let disabled = move || study.map.read().is_none();
    view! {
        <Choice label=text::THRESHOLD_MODE.get() testid="threshold-mode" entries=entries value=Signal::derive(value)
            disabled=Signal::derive(disabled) on_choose=Callback::new(choose) />
    }
}
