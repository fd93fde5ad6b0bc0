//! The form of a group run as signals, and the options that it says.

use leptos::prelude::*;

use crate::protocol::{GroupSource, GroupSummary, InterpretOptions, ModelSummary, NiftiForm, ParticipantList};
use crate::ui::study::Study;
use crate::ui::text::group as text;

/// The selection metric that ClinicaDL takes by itself.
const USUAL_SELECTION: &str = "loss";

/// Stands for a table that the page knows by its rows only.
const TABLE: &str = "participants.tsv";

/// The fields of a group run that the Interpret panel does not have.
#[derive(Clone, Copy)]
pub struct GroupForm {
    pub data_group: RwSignal<String>,
    pub name: RwSignal<String>,
    pub selections: RwSignal<Vec<String>>,
    /// Numbers, as the boxes have them.
    pub splits: RwSignal<Vec<String>>,
    pub diagnoses: RwSignal<Vec<String>>,
    pub save_individual: RwSignal<bool>,
    pub nifti: RwSignal<NiftiForm>,
    pub overwrite: RwSignal<bool>,
    pub overwrite_name: RwSignal<bool>,
}

impl GroupForm {
    pub fn new() -> Self {
        GroupForm {
            data_group: RwSignal::new(String::new()),
            name: RwSignal::new(String::new()),
            selections: RwSignal::new(Vec::new()),
            splits: RwSignal::new(Vec::new()),
            diagnoses: RwSignal::new(Vec::new()),
            save_individual: RwSignal::new(false),
            nifti: RwSignal::new(NiftiForm::None),
            overwrite: RwSignal::new(false),
            overwrite_name: RwSignal::new(false),
        }
    }

    /// Goes back to all splits and the usual selection metric of another model; another checkpoint of the same one changes nothing.
    pub fn follow(&self, model: &ModelSummary, is_same: bool) {
        if !is_same {
            self.splits.set(splits_of(model));
            let trained = selections_of(model);
            self.selections.set(trained.into_iter().filter(|metric| metric == USUAL_SELECTION).collect());
        }
    }

    /// Takes back diagnoses that nobody listed has.
    pub fn forget_diagnoses(&self, list: &ParticipantList) {
        let there = diagnoses_of(list);
        self.diagnoses.update(|chosen| chosen.retain(|diagnosis| there.contains(diagnosis)));
    }
}

/// What the form asks for, together with the Interpret panel.
pub fn options(study: Study) -> InterpretOptions {
    let (form, model) = (study.group, study.model.get());
    let splits = form.splits.get();
    let has_all = model.is_some_and(|model| splits_of(&model).len() == splits.len());
    InterpretOptions {
        data_group: form.data_group.get().trim().to_owned(),
        name: form.name.get().trim().to_owned(),
        method: study.method(),
        target_node: study.form.target.get(),
        convention: study.form.convention.get(),
        splits: if has_all { Vec::new() } else { splits.iter().filter_map(|split| split.parse().ok()).collect() },
        selection_metrics: form.selections.get(),
        diagnoses: form.diagnoses.get(),
        save_individual: form.save_individual.get(),
        nifti: form.nifti.get(),
        overwrite: form.overwrite.get(),
        overwrite_name: form.overwrite_name.get(),
    }
}

/// The command line that does the same.
pub fn command(study: Study) -> String {
    let (model, list) = (study.model.get(), study.participants.get());
    let maps = model.map(|model| model.name.clone()).unwrap_or_default();
    let caps = list.map(|list| list.name.clone()).unwrap_or_default();
    let listed = GroupSource::Listed { caps: &caps, table: TABLE };
    let source = if known_group(study).is_some() && !study.group.overwrite.get() { GroupSource::Maps } else { listed };
    options(study).command(&maps, source)
}

/// What is not filled in yet.
pub fn missing(study: Study) -> Vec<&'static str> {
    let form = study.group;
    let wanted = [
        (study.model.read().is_none(), text::MISSING_MODEL.get()),
        (study.participants.read().is_none(), text::MISSING_IMAGES.get()),
        (form.data_group.read().trim().is_empty(), text::MISSING_GROUP.get()),
        (form.name.read().trim().is_empty(), text::MISSING_NAME.get()),
        (form.selections.read().is_empty(), text::MISSING_SELECTION.get()),
        (form.splits.read().is_empty(), text::MISSING_SPLIT.get()),
    ];
    wanted.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, what)| what).collect()
}

/// The model's group of the name in the form.
pub fn known_group(study: Study) -> Option<GroupSummary> {
    let (model, name) = (study.model.get()?, study.group.data_group.get());
    model.groups.iter().find(|group| group.name == name.trim()).cloned()
}

pub fn splits_of(model: &ModelSummary) -> Vec<String> {
    model.splits.iter().map(|split| split.split.to_string()).collect()
}

/// The selection metrics of all splits, in the order of the first split that has them.
pub fn selections_of(model: &ModelSummary) -> Vec<String> {
    let mut all = Vec::new();
    for metric in model.splits.iter().flat_map(|split| &split.selections) {
        if !all.contains(metric) {
            all.push(metric.clone());
        }
    }
    all
}

/// The diagnoses of the listed sessions, sorted.
pub fn diagnoses_of(list: &ParticipantList) -> Vec<String> {
    let mut all: Vec<String> = list.rows.iter().filter_map(|row| row.diagnosis.clone()).collect();
    all.sort();
    all.dedup();
    all
}
