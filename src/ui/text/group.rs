//! Words of group runs and their results.

use crate::attribution::Convention;
use crate::engine::message::{GroupSummary, KeptRun, NiftiForm};
use crate::ui::format;

pub const RUN_A_GROUP: &str = "Run a group";
pub const ABOUT: &str = "Interprets many sessions with the method, level, target and arithmetic above, as clinicadl interpret does. \
     Results are kept in this browser until you forget them.";
pub const DATA_GROUP: &str = "Data group";
pub const NAME: &str = "Name of the run";
pub const SELECTIONS: &str = "Selection metrics";
pub const SPLITS: &str = "Splits";
pub const DIAGNOSES: &str = "Diagnoses of a new group";
pub const DIAGNOSES_HINT: &str = "None chosen: those that the model was trained on.";
pub const SAVE_INDIVIDUAL: &str = "Each session’s map, too";
pub const SAVE_NIFTI: &str = "NIfTI files";
pub const OVERWRITE: &str = "Erase the data group’s results first";
pub const OVERWRITE_NAME: &str = "Erase results of this name first";
pub const RUN: &str = "Run the group";
pub const COMMAND: &str = "The same on the command line";

pub const RESULTS: &str = "Results";
pub const NO_RUNS: &str = "No group has been run.";
pub const DOWNLOAD: &str = "As .zip";
pub const SAVE_TO_FOLDER: &str = "To folder…";
pub const FORGET: &str = "Forget";
pub const FORGET_REALLY: &str = "Really forget?";
pub const FORGET_HINT: &str = "Removes the results from this browser. What you downloaded or saved stays.";
pub const NOT_KEPT: &str = "This browser keeps no files for the page (a private window, perhaps): results are lost when it is closed.";
pub const LEFT_OUT: &str = "Left out";
pub const WARNINGS: &str = "Worth knowing";

pub fn nifti_form(form: NiftiForm) -> &'static str {
    match form {
        NiftiForm::None => "none",
        NiftiForm::Placed => "placed in the head",
        NiftiForm::WholeImage => "on the whole image’s grid",
        NiftiForm::Clinicadl => "as ClinicaDL writes them",
    }
}

/// What a data group's name means; `n_listed` sessions are on the page, `erased` is the arithmetic in which it is overwritten.
pub fn data_group(name: &str, known: Option<&GroupSummary>, n_listed: usize, erased: Option<Convention>) -> String {
    match known {
        _ if name.is_empty() => "A group of the model, or a name for a new one.".to_owned(),
        None => format!("New: made of the {} listed.", sessions(n_listed)),
        Some(group) if erased == Some(Convention::Corrected) && !group.is_reserved => {
            format!("Erased, and made anew of the {} listed.", sessions(n_listed))
        }
        Some(group) if erased.is_some() && !group.is_reserved => {
            format!("Its results are erased; its table of {} stays, as in ClinicaDL 1.6.1.", sessions(group.n_sessions))
        }
        Some(group) => format!("There is such a group: its table of {} is used.", sessions(group.n_sessions)),
    }
}

/// What the means of several elements are divided by.
pub fn means(convention: Convention) -> &'static str {
    match convention {
        Convention::Clinicadl161 => {
            "Means are divided by sessions × elements, as ClinicaDL 1.6.1 does: they are too small by the number of elements. \
             The corrected arithmetic divides by sessions."
        }
        Convention::Corrected => "Means are divided by the sessions that have a map of the element.",
    }
}

/// What keeps a run from being started.
pub fn missing(what: &[&str]) -> String {
    format!("Still missing: {}.", what.join(", "))
}

pub const MISSING_MODEL: &str = "a model";
pub const MISSING_IMAGES: &str = "images";
pub const MISSING_GROUP: &str = "the data group";
pub const MISSING_NAME: &str = "the run’s name";
pub const MISSING_SELECTION: &str = "a selection metric";
pub const MISSING_SPLIT: &str = "a split";

pub fn run_title(run: &KeptRun) -> String {
    format!("interpret-{} · {}", run.options.name, run.options.data_group)
}

pub fn run_facts(run: &KeptRun) -> String {
    let what = format!("{} · {} · node {}", run.maps, run.options.method.name(), run.options.target_node);
    format!("{what} · {} · {}", run_state(run), format::megabytes(run.bytes))
}

fn run_state(run: &KeptRun) -> String {
    if run.done >= run.total {
        format!("{} maps, complete", run.total)
    } else {
        format!("{} of {} maps; goes on when started again with the same settings", run.done, run.total)
    }
}

pub fn report(name: &str, done: u64, milliseconds: f64) -> String {
    format!("interpret-{name}: {done} maps in {}", super::milliseconds(milliseconds))
}

pub fn counted(what: &str, n: usize) -> String {
    format!("{what} ({n})")
}

fn sessions(n: usize) -> String {
    if n == 1 { "1 session".to_owned() } else { format!("{n} sessions") }
}
