//! The model panel: opens a MAPS and chooses its checkpoint.

use leptos::prelude::*;

use super::layer_list::LayerList;
use super::summary::Summary;
use crate::ui::controls::choice::{Choice, Entry};
use crate::ui::controls::file_picker::FilePicker;
use crate::ui::state::jobs::JobKind;
use crate::ui::state::study::Study;
use crate::ui::text;

/// Opens a MAPS, shows what is in it, chooses the checkpoint.
#[component]
pub fn ModelPanel() -> impl IntoView {
    let study = expect_context::<Study>();
    let on_files = Callback::new(move |files| study.open_model(files));
    let body = move || match study.model.get() {
        None => view! { <p class="muted">{text::NO_MODEL.get()}</p> }.into_any(),
        Some(model) => view! { <Summary model=model.clone() /> <Checkpoint /> <LayerList model=model /> }.into_any(),
    };
    view! {
        <section class="panel" aria-labelledby="model-title">
            <h2 id="model-title"><span class="panel__number">"1"</span>{text::MODEL.get()}</h2>
            <FilePicker testid="open-model" folder_testid="open-model-folder" hint=text::MODEL_HINT.get() on_files=on_files />
            {body}
        </section>
    }
    .into_any()
}

/// Chooses split and selection metric.
#[component]
fn Checkpoint() -> impl IntoView {
    let study = expect_context::<Study>();
    let model = move || study.model.get();
    let chosen = move || study.chosen_checkpoint();
    // Its splits are about to be others.
    let is_opening = Signal::derive(move || study.work.read().is_doing(JobKind::OpenModel));
    let splits = move || {
        let splits = model().map(|model| model.splits.clone()).unwrap_or_default();
        splits.iter().map(|split| Entry::new(split.split.to_string(), split.split.to_string())).collect::<Vec<_>>()
    };
    let selections = move || {
        let Some(model) = model() else { return Vec::new() };
        let number = chosen().map(|chosen| chosen.split);
        let own = model.splits.iter().find(|split| Some(split.split) == number).map(|split| split.selections.clone());
        own.unwrap_or_default().into_iter().map(|metric| Entry::new(metric.clone(), metric)).collect()
    };
    let choose_split = move |value: String| {
        let (Some(model), Ok(number)) = (study.model.get_untracked(), value.parse()) else { return };
        let Some(split) = model.splits.iter().find(|split| split.split == number) else { return };
        let selection = untrack(chosen).map(|chosen| chosen.selection);
        let same = split.selections.iter().find(|metric| Some(*metric) == selection.as_ref());
        if let Some(selection) = same.or(split.selections.first()) {
            study.choose_checkpoint(number, selection.clone());
        }
    };
    let choose_selection = move |value: String| {
        if let Some(chosen) = untrack(chosen) {
            study.choose_checkpoint(chosen.split, value);
        }
    };
    let split = move || chosen().map(|chosen| chosen.split.to_string()).unwrap_or_default();
    let selection = move || chosen().map(|chosen| chosen.selection).unwrap_or_default();
    view! {
        <div class="fields">
            <Choice label=text::SPLIT.get() testid="split" entries=Signal::derive(splits) value=Signal::derive(split) disabled=is_opening
                on_choose=Callback::new(choose_split) />
            <Choice label=text::SELECTION.get() testid="selection" entries=Signal::derive(selections) value=Signal::derive(selection)
                disabled=is_opening on_choose=Callback::new(choose_selection) />
        </div>
    }
    .into_any()
}
