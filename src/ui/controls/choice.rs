//! A labelled native select, with a word on the term that it is about.

use leptos::prelude::*;

use crate::ui::text::terms;

/// One entry of a [`Choice`].
#[derive(Clone, PartialEq)]
pub struct Entry {
    /// The option's `value`.
    pub value: String,
    /// What the user reads.
    pub label: String,
}

impl Entry {
    /// An entry.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Entry { value: value.into(), label: label.into() }
    }
}

/// A select whose chosen entry follows `value`.
#[component]
pub fn Choice(
    /// Name of the field.
    label: &'static str,
    /// `data-testid` of the select.
    testid: &'static str,
    /// The option of the command line that the field stands for, if there is one.
    #[prop(optional)]
    option: &'static str,
    /// The entries.
    #[prop(into)]
    entries: Signal<Vec<Entry>>,
    /// `value` of the chosen entry.
    #[prop(into)]
    value: Signal<String>,
    /// Whether nothing can be chosen at present.
    #[prop(into, optional)]
    disabled: Signal<bool>,
    /// Gets the `value` of the entry that the user chose.
    on_choose: Callback<String>,
) -> impl IntoView {
    let one = move |entry: Entry| {
        let own = entry.value.clone();
        view! { <option value=entry.value prop:selected=move || *value.read() == own>{entry.label}</option> }
    };
    let options = move || entries.get().into_iter().map(one).collect_view();
    let option = (!option.is_empty()).then(|| view! { <code class="option">{option}</code> });
    let meaning = terms::of_field(testid);
    view! {
        <label class="field" title=meaning>
            <span class="field__label"><span class="field__name">{label}</span> {option}</span>
            <select data-testid=testid aria-description=meaning disabled=disabled on:change=move |event| on_choose.run(event_target_value(&event))>{options}</select>
        </label>
    }
    .into_any()
}
