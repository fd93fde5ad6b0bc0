//! A slider for a share.

use leptos::prelude::*;

/// A slider for a share of a whole, up to 1.
#[component]
pub fn ShareSlider(
    label: &'static str,
    testid: &'static str,
    /// Smallest value.
    low: &'static str,
    value: Signal<f32>,
    /// The value as text.
    shown: Signal<Option<String>>,
    on_slide: Callback<f32>,
) -> impl IntoView {
    let slide = move |event| event_target_value(&event).parse().into_iter().for_each(|share| on_slide.run(share));
    view! {
        <label class="field">
            // No <output>: the label would name the first control it holds, and that would be it.
            <span class="field__label">{label} <span class="field__value">{shown}</span></span>
            <input type="range" min=low max="1" step="0.01" data-testid=testid prop:value=move || value.get().to_string() on:input=slide />
        </label>
    }
    .into_any()
}
