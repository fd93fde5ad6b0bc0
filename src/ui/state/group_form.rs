//! The fields of a group run as signals, and what a model and a list of participants offer to choose from.

use leptos::prelude::*;

use crate::protocol::{ModelSummary, NiftiForm, ParticipantList};

/// The selection metric that ClinicaDL uses by default.
const DEFAULT_SELECTION: &str = "loss";

/// The fields of a group run that the Interpret panel does not have.
#[derive(Clone, Copy)]
pub struct GroupForm {
    pub data_group: RwSignal<String>,
    pub name: RwSignal<String>,
    pub selections: RwSignal<Vec<String>>,
    /// Split numbers, as the boxes have them.
    pub splits: RwSignal<Vec<String>>,
    pub diagnoses: RwSignal<Vec<String>>,
    pub save_individual: RwSignal<bool>,
    pub nifti: RwSignal<NiftiForm>,
    pub overwrite: RwSignal<bool>,
    pub overwrite_name: RwSignal<bool>,
}

impl GroupForm {
    /// All fields empty.
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

    /// Keeps what of the chosen splits and selection metrics another model has, too. All splits stay all of them; where nothing is
    /// left, all splits and the default metric are chosen.
    pub fn keep_with(&self, before: Option<&ModelSummary>, model: &ModelSummary) {
        let (splits, trained) = (splits_of(model), selections_of(model));
        let had_all = before.is_none_or(|before| splits_of(before) == self.splits.get_untracked());
        let is_default = |metric: &String| metric == DEFAULT_SELECTION;
        self.splits.update(|chosen| *chosen = if had_all { splits } else { kept_or(chosen, &splits, |_| true) });
        self.selections.update(|chosen| *chosen = kept_or(chosen, &trained, is_default));
    }

    /// Unchecks diagnoses that no listed session has.
    pub fn forget_diagnoses(&self, list: &ParticipantList) {
        let there = diagnoses_of(list);
        self.diagnoses.update(|chosen| chosen.retain(|diagnosis| there.contains(diagnosis)));
    }
}

/// Those of `offered` that are chosen; if there are none, those that `is_default`.
fn kept_or(chosen: &[String], offered: &[String], is_default: impl Fn(&String) -> bool) -> Vec<String> {
    let kept: Vec<String> = offered.iter().filter(|entry| chosen.contains(entry)).cloned().collect();
    if kept.is_empty() { offered.iter().filter(|entry| is_default(entry)).cloned().collect() } else { kept }
}

/// The numbers of a model's splits, as the boxes have them.
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
