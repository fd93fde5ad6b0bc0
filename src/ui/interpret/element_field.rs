//! The choice of the part of the image that is explained: regions by name, patches and slices by number.

use leptos::prelude::*;

use crate::ui::controls::choice::{Choice, Entry};
use crate::ui::state::study::Study;
use crate::ui::text::{self, picture, terms};

/// The element field; absent if the model takes whole images. Numbers are those in file names.
#[component]
pub fn ElementField() -> impl IntoView {
    let study = expect_context::<Study>();
    let has_names = move || study.model.read().as_ref().is_some_and(|model| !model.element_names.is_empty());
    let field = Memo::new(move |_| (study.has_elements(), has_names()));
    move || match field.get() {
        (false, _) => ().into_any(),
        (true, true) => view! { <NamedElement /> }.into_any(),
        (true, false) => view! { <NumberedElement /> }.into_any(),
    }
}

#[component]
fn NamedElement() -> impl IntoView {
    let study = expect_context::<Study>();
    let first = move || first_number(study);
    let entries = move || {
        let names = study.model.get().map(|model| model.element_names.clone()).unwrap_or_default();
        names.into_iter().enumerate().map(|(index, name)| Entry::new((first() + index).to_string(), name)).collect::<Vec<_>>()
    };
    let value = move || (first() + study.form.element.get()).to_string();
    view! {
        <Choice label=text::ELEMENT.get() testid="element" entries=Signal::derive(entries) value=Signal::derive(value)
            on_choose=Callback::new(move |value: String| drop(choose(study, &value))) />
    }
}

#[component]
fn NumberedElement() -> impl IntoView {
    let study = expect_context::<Study>();
    let first = move || first_number(study);
    let last = move || first() + study.element_count().saturating_sub(1);
    let range = move || {
        let mode = study.model.get().map(|model| model.mode.clone()).unwrap_or_default();
        text::element_range(&mode, first(), study.element_count())
    };
    let problem = RwSignal::new(None::<String>);
    // What was said of another number does not hold any more.
    let chosen = Memo::new(move |_| (study.form.element.get(), study.aim()));
    Effect::watch(move || chosen.get(), move |_, _, _| problem.set(None), false);
    let take = move |event| {
        let typed = event_target_value(&event);
        if let Err(sentence) = choose(study, &typed) {
            problem.set(Some(sentence));
        }
    };
    view! {
        <label class="field" title=terms::of_field("element")>
            <span class="field__label"><span class="field__name">{text::ELEMENT.get()}</span> <span class="field__value">{range}</span></span>
            <input type="number" data-testid="element" step="1" min=move || first().to_string() max=move || last().to_string()
                disabled=move || study.element_count() == 0 prop:value=move || (first() + study.form.element.get()).to_string()
                aria-describedby="element-problem" on:change=take />
        </label>
        <p class="field__problem" id="element-problem" role="status" data-testid="element-problem"
            hidden=move || problem.read().is_none()>{move || problem.get()}</p>
    }
    .into_any()
}

/// Takes a number as it stands in names of files.
///
/// # Errors
/// If there is no such element: a sentence that says so. Nothing changes then, and the field shows the old number again.
fn choose(study: Study, typed: &str) -> Result<(), String> {
    let (first, count) = untrack(|| (first_number(study), study.element_count()));
    let position = typed.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(first)).filter(|position| *position < count);
    if let Some(position) = position {
        study.choose_element(position);
        return Ok(());
    }
    study.form.element.notify();
    let mode = study.model.read_untracked().as_ref().map(|model| model.mode.clone()).unwrap_or_default();
    let kept = first + study.form.element.get_untracked();
    Err(picture::no_element(&mode, typed.trim(), &text::element_range(&mode, first, count), kept))
}

fn first_number(study: Study) -> usize {
    study.model.read().as_ref().map_or(0, |model| model.first_element)
}
