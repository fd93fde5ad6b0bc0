//! Fields that stand for an option of the command line and show its name.

use leptos::prelude::*;

/// A line of text.
#[component]
pub fn TextField(
    label: &'static str,
    /// The option of the command line.
    option: &'static str,
    testid: &'static str,
    value: RwSignal<String>,
    /// `id` of a list of suggestions.
    #[prop(optional)]
    list: &'static str,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="field__label">{label} <code class="option">{option}</code></span>
            <input type="text" data-testid=testid list=list autocomplete="off" spellcheck="false" prop:value=value
                on:input=move |event| value.set(event_target_value(&event)) />
        </label>
    }
    .into_any()
}

/// A box to check.
#[component]
pub fn CheckField(
    label: &'static str,
    /// The option of the command line.
    option: &'static str,
    testid: &'static str,
    value: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" data-testid=testid prop:checked=value on:change=move |event| value.set(event_target_checked(&event)) />
            <span>{label} " " <code class="option">{option}</code></span>
        </label>
    }
    .into_any()
}
