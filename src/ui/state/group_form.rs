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

    /// Chooses all splits and the default selection metric of a new model; another checkpoint of the same one changes nothing.
    pub fn follow(&self, model: &ModelSummary, is_same: bool) {
        if !is_same {
            self.splits.set(splits_of(model));
            let trained = selections_of(model);
            self.selections.set(trained.into_iter().filter(|metric| metric == DEFAULT_SELECTION).collect());
        }
    }

    /// Unchecks diagnoses that no listed session has.
    pub fn forget_diagnoses(&self, list: &ParticipantList) {
        let there = diagnoses_of(list);
        self.diagnoses.update(|chosen| chosen.retain(|diagnosis| there.contains(diagnosis)));
    }
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
