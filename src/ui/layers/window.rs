//! Contrast and brightness of the background: controls for what a drag with the right button does.

use leptos::prelude::*;

use crate::render::{MAX_SHIFT, MAX_WINDOW, MIN_WINDOW};
use crate::ui::state::view_state::ViewState;
use crate::ui::text::format;
use crate::ui::text::language::Text;
use crate::ui::text::layers as words;

/// Two sliders: contrast in powers of two, brightness in shares of the image's own window.
#[component]
pub fn WindowFields() -> impl IntoView {
    let view_state = expect_context::<ViewState>();
    let parts = Memo::new(move |_| view_state.view.read().contrast_and_brightness());
    let set_contrast = move |octaves: f32| {
        view_state.view.update(|view| view.set_contrast_and_brightness([octaves.exp2(), view.contrast_and_brightness()[1]]));
    };
    let set_brightness = move |share: f32| {
        view_state.view.update(|view| view.set_contrast_and_brightness([view.contrast_and_brightness()[0], share]));
    };
    view! {
        <WindowSlider label=words::CONTRAST testid="contrast" ends=[-MAX_WINDOW.log2(), -MIN_WINDOW.log2()]
            value=Signal::derive(move || parts.get()[0].log2())
            shown=Signal::derive(move || format!("{} ×", format::decimals(parts.get()[0].into(), 1))) on_slide=Callback::new(set_contrast) />
        <WindowSlider label=words::BRIGHTNESS testid="brightness" ends=[-MAX_SHIFT, MAX_SHIFT] value=Signal::derive(move || parts.get()[1])
            shown=Signal::derive(move || format!("{} %", format::decimals(f64::from(parts.get()[1]) * 100.0, 0)))
            on_slide=Callback::new(set_brightness) />
    }
    .into_any()
}

#[component]
fn WindowSlider(
    label: Text,
    testid: &'static str,
    /// Smallest and largest value.
    ends: [f32; 2],
    value: Signal<f32>,
    /// The value as text.
    shown: Signal<String>,
    on_slide: Callback<f32>,
) -> impl IntoView {
    let slide = move |event| event_target_value(&event).parse().into_iter().for_each(|value| on_slide.run(value));
    view! {
        <label class="field">
            <span class="field__label">{label.get()} <span class="field__value">{shown}</span></span>
            // "any", since no step begins at these ends and meets the value that changes nothing.
            <input type="range" min=ends[0].to_string() max=ends[1].to_string() step="any" data-testid=testid
                prop:value=move || value.get().to_string() on:input=slide />
        </label>
    }
    .into_any()
}
