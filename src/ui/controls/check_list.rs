//! A choice of several entries: native check boxes in a fieldset.

use leptos::prelude::*;

/// A box for each entry; `chosen` keeps the entries' order. Nothing is shown where there are no entries.
#[component]
pub fn Checks(
    label: &'static str,
    /// The option of the command line.
    option: &'static str,
    /// `data-testid` of the fieldset; a box's `value` is its entry.
    testid: &'static str,
    #[prop(into)] entries: Signal<Vec<String>>,
    chosen: RwSignal<Vec<String>>,
) -> impl IntoView {
    let check = move |entry: String, is_chosen: bool| {
        let all = entries.get_untracked();
        chosen.update(|chosen| *chosen = all.into_iter().filter(|it| if *it == entry { is_chosen } else { chosen.contains(it) }).collect());
    };
    let one = move |entry: String| {
        let (own, label) = (entry.clone(), entry.clone());
        let is_chosen = move || chosen.read().contains(&own);
        let own = entry.clone();
        view! {
            <label class="check">
                <input type="checkbox" value=entry prop:checked=is_chosen
                    on:change=move |event| check(own.clone(), event_target_checked(&event)) />
                <span>{label}</span>
            </label>
        }
    };
    view! {
        <fieldset class="checks" class:is-hidden=move || entries.read().is_empty() data-testid=testid>
            <legend class="field__label">{label} <code class="option">{option}</code></legend>
            {move || entries.get().into_iter().map(one).collect_view()}
        </fieldset>
    }
    .into_any()
}
