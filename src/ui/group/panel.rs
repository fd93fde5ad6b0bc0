//! "Run a group": the form, what it is on the command line, the button, and how far the run is.

use leptos::prelude::*;

use super::command::{command, known_group, missing};
use crate::protocol::NiftiForm;
use crate::ui::controls::check_list::Checks;
use crate::ui::controls::choice::{Choice, Entry};
use crate::ui::controls::option_fields::{CheckField, TextField};
use crate::ui::state::group_form::{diagnoses_of, selections_of, splits_of};
use crate::ui::state::study::Study;
use crate::ui::text::{self, group as words};

const GROUPS_ID: &str = "data-groups";

/// Folded away at first, by a native element that a script can open by its `open`.
#[component]
pub fn GroupPanel() -> impl IntoView {
    let study = expect_context::<Study>();
    view! {
        <details class="group" data-testid="group-form">
            <summary>{words::RUN_A_GROUP.get()}</summary>
            <fieldset class="group__fields" disabled=move || study.is_running_a_group() aria-label=words::RUN_A_GROUP.get()>
                <p class="muted">{words::ABOUT.get()}</p>
                <DataGroup />
                <TextField label=words::NAME.get() option="NAME" testid="run-name" value=study.group.name />
                <Which />
                <Outputs />
            </fieldset>
            <Start />
        </details>
    }
    .into_any()
}

/// The group's name, and the meaning of that name.
#[component]
fn DataGroup() -> impl IntoView {
    let study = expect_context::<Study>();
    let form = study.group;
    let suggestions = move || {
        let model = study.model.get();
        let names: Vec<String> = model.iter().flat_map(|model| &model.groups).map(|group| group.name.clone()).collect();
        names.into_iter().map(|name| view! { <option value=name /> }).collect_view()
    };
    let meaning = move || {
        let n_listed = study.participants.read().as_ref().map_or(0, |list| list.rows.len());
        words::data_group(
            form.data_group.read().trim(),
            known_group(study).as_ref(),
            n_listed,
            form.overwrite.get().then(|| study.form.convention.get()),
        )
    };
    view! {
        <TextField label=words::DATA_GROUP.get() option="DATA_GROUP" testid="data-group" value=form.data_group list=GROUPS_ID />
        <datalist id=GROUPS_ID>{suggestions}</datalist>
        <p class="muted" data-testid="data-group-state">{meaning}</p>
    }
}

/// The checkpoints and the sessions of the run.
#[component]
fn Which() -> impl IntoView {
    let study = expect_context::<Study>();
    let form = study.group;
    let selections = move || study.model.get().map(|model| selections_of(&model)).unwrap_or_default();
    let splits = move || study.model.get().map(|model| splits_of(&model)).unwrap_or_default();
    let diagnoses = move || study.participants.get().map(|list| diagnoses_of(&list)).unwrap_or_default();
    view! {
        <Checks label=words::SELECTIONS.get() option="--selection_metrics" testid="run-selections" entries=Signal::derive(selections)
            chosen=form.selections />
        <Checks label=words::SPLITS.get() option="--split" testid="run-splits" entries=Signal::derive(splits) chosen=form.splits />
        <Checks label=words::DIAGNOSES.get() option="-d" testid="run-diagnoses" entries=Signal::derive(diagnoses) chosen=form.diagnoses />
        <p class="muted" class:is-hidden=move || diagnoses().is_empty()>{words::DIAGNOSES_HINT.get()}</p>
    }
}

/// The files that are written, and the results that are erased before.
#[component]
fn Outputs() -> impl IntoView {
    let study = expect_context::<Study>();
    let form = study.group;
    let has_one_element = move || study.model.read().as_ref().is_none_or(|model| model.mode == "image");
    let forms: Vec<Entry> = NiftiForm::ALL.into_iter().map(|form| Entry::new(form.name(), words::nifti_form(form))).collect();
    let value = move || form.nifti.get().name().to_owned();
    let choose = move |name: String| form.nifti.set(NiftiForm::from_name(&name).unwrap_or_default());
    view! {
        <p class="muted" class:is-hidden=has_one_element>{move || words::means(study.form.convention.get())}</p>
        <CheckField label=words::SAVE_INDIVIDUAL.get() option="--save_individual" testid="save-individual" value=form.save_individual />
        <Choice label=words::SAVE_NIFTI.get() option="--save_nifti" testid="save-nifti" entries=forms value=Signal::derive(value)
            on_choose=Callback::new(choose) />
        <CheckField label=words::OVERWRITE.get() option="--overwrite" testid="overwrite" value=form.overwrite />
        <CheckField label=words::OVERWRITE_NAME.get() option="--overwrite_name" testid="overwrite-name" value=form.overwrite_name />
    }
}

/// The button, what is missing, how far the run is, and the command line.
#[component]
fn Start() -> impl IntoView {
    let study = expect_context::<Study>();
    let is_running = move || study.is_running_a_group();
    let lacks = Memo::new(move |_| missing(study));
    let words_of_command = move || {
        let word = |word: &str| view! { <span class="command__word">{word.to_owned()}</span> " " };
        command(study).split(' ').map(word).collect_view()
    };
    let progress = move || study.work.read().progress.as_ref().filter(|_| is_running()).map(text::progress::in_words);
    view! {
        <p class="muted" data-testid="run-missing" class:is-hidden=move || lacks.read().is_empty()>{move || words::missing(&lacks.read())}</p>
        <div class="buttons">
            <button type="button" class="button button--main" data-testid="run-group"
                disabled=move || is_running() || !lacks.read().is_empty() on:click=move |_| study.run_group()>{words::RUN.get()}</button>
            <button type="button" class="button" class:is-hidden=move || !is_running() on:click=move |_| study.cancel()>{text::CANCEL.get()}</button>
        </div>
        // Not a live region: the status line shows the same.
        <p class="muted" data-testid="run-progress">{progress}</p>
        <p class="field__label" id="command-label">{words::COMMAND.get()}</p>
        <code class="command" data-testid="command" tabindex="0" aria-labelledby="command-label">{words_of_command}</code>
    }
}
