//! A check box and a button. Components take closures as callbacks here, since each use of a generic one is code of its own in the page.

use leptos::prelude::*;

/// A box to check.
#[component]
pub fn Switch(label: String, testid: &'static str, value: Signal<bool>, on_change: Callback<bool>) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" data-testid=testid prop:checked=value on:change=move |event| on_change.run(event_target_checked(&event)) />
            <span class="overlay__title">{label}</span>
        </label>
    }
    .into_any()
}

/// A button.
#[component]
pub fn Action(label: String, testid: &'static str, disabled: Signal<bool>, on_click: Callback<()>) -> impl IntoView {
    view! {
        <button type="button" class="button" data-testid=testid disabled=disabled on:click=move |_| on_click.run(())>{label}</button>
    }
    .into_any()
}
