//! Strings of group runs and their results.

use super::format;
use super::language::{Language, Text, current_language};
use crate::protocol::{Convention, GroupSummary, KeptRun, NiftiForm};

pub const RUN_A_GROUP: Text = Text::new("Run a group", "Traiter un groupe");
pub const ABOUT: Text = Text::new(
    "Interprets many sessions with the method, level, target and arithmetic above, as clinicadl interpret does. Results are kept in this browser until you forget them.",
    "Interprète de nombreuses sessions avec la méthode, le niveau, la cible et l’arithmétique ci-dessus, comme clinicadl interpret. Les résultats restent dans ce navigateur jusqu’à ce que vous les oubliiez.",
);
pub const DATA_GROUP: Text = Text::new("Data group", "Groupe de données");
pub const NAME: Text = Text::new("Name of the run", "Nom du traitement");
pub const SELECTIONS: Text = Text::new("Selection metrics", "Métriques de sélection");
pub const SPLITS: Text = Text::new("Splits", "Partitions");
pub const DIAGNOSES: Text = Text::new("Diagnoses of a new group", "Diagnostics d’un nouveau groupe");
pub const DIAGNOSES_HINT: Text =
    Text::new("None chosen: those that the model was trained on.", "Aucun choix : ceux sur lesquels le modèle a été entraîné.");
pub const SAVE_INDIVIDUAL: Text = Text::new("Each session’s map, too", "La carte de chaque session aussi");
pub const SAVE_NIFTI: Text = Text::new("NIfTI files", "Fichiers NIfTI");
pub const OVERWRITE: Text = Text::new("Erase the data group’s results first", "Effacer d’abord les résultats du groupe");
pub const OVERWRITE_NAME: Text = Text::new("Erase results of this name first", "Effacer d’abord les résultats de ce nom");
pub const RUN: Text = Text::new("Run the group", "Traiter le groupe");
pub const COMMAND: Text = Text::new("The same on the command line", "La même chose en ligne de commande");

pub const RESULTS: Text = Text::new("Results", "Résultats");
pub const NO_RUNS: Text = Text::new("No group has been run.", "Aucun groupe n’a été traité.");
pub const DOWNLOAD: Text = Text::new("As .zip", "En .zip");
pub const SAVE_TO_FOLDER: Text = Text::new("To folder…", "Vers un dossier…");
pub const FORGET: Text = Text::new("Forget", "Oublier");
pub const FORGET_REALLY: Text = Text::new("Really forget?", "Vraiment oublier ?");
pub const FORGET_HINT: Text = Text::new(
    "Removes the results from this browser. What you downloaded or saved stays.",
    "Retire les résultats de ce navigateur. Ce que vous avez téléchargé ou enregistré reste.",
);
pub const NOT_KEPT: Text = Text::new(
    "This browser keeps no files for the page (a private window, perhaps): results are lost when it is closed.",
    "Ce navigateur ne garde aucun fichier pour la page (une fenêtre privée, peut-être) : les résultats sont perdus à sa fermeture.",
);
pub const LEFT_OUT: Text = Text::new("Left out", "Laissées de côté");
pub const WARNINGS: Text = Text::new("Worth knowing", "Bon à savoir");

pub fn nifti_form(form: NiftiForm) -> &'static str {
    let text = match form {
        NiftiForm::None => Text::new("none", "aucun"),
        NiftiForm::Placed => Text::new("placed in the head", "placés dans la tête"),
        NiftiForm::WholeImage => Text::new("on the whole image’s grid", "sur la grille de l’image entière"),
        NiftiForm::Clinicadl => Text::new("as ClinicaDL writes them", "comme ClinicaDL les écrit"),
    };
    text.get()
}

/// The meaning of a data group's name. `n_listed` sessions are on the page; `erased` is the arithmetic of the run if it overwrites
/// the group.
pub fn data_group(name: &str, known: Option<&GroupSummary>, n_listed: usize, erased: Option<Convention>) -> String {
    let listed = sessions(n_listed);
    let (english, french) = match known {
        _ if name.is_empty() => {
            return Text::new("A group of the model, or a name for a new one.", "Un groupe du modèle, ou un nouveau nom.").into();
        }
        None => (format!("New: made of the {listed} listed."), format!("Nouveau : formé des {listed} de la liste.")),
        Some(group) if erased == Some(Convention::Corrected) && !group.is_reserved => {
            (format!("Erased, and made anew of the {listed} listed."), format!("Effacé, puis refait des {listed} de la liste."))
        }
        Some(group) if erased.is_some() && !group.is_reserved => (
            format!("Its results are erased; its table of {} stays, as in ClinicaDL 1.6.1.", sessions(group.n_sessions)),
            format!("Ses résultats sont effacés ; sa table de {} reste, comme dans ClinicaDL 1.6.1.", sessions(group.n_sessions)),
        ),
        Some(group) => (
            format!("There is such a group: its table of {} is used.", sessions(group.n_sessions)),
            format!("Ce groupe existe : sa table de {} est utilisée.", sessions(group.n_sessions)),
        ),
    };
    match current_language() {
        Language::English => english,
        Language::French => french,
    }
}

/// The divisor of the means of several elements.
pub fn means(convention: Convention) -> &'static str {
    let text = match convention {
        Convention::Clinicadl161 => Text::new(
            "Means are divided by sessions × elements, as ClinicaDL 1.6.1 does: they are too small by the number of elements. \
             The corrected arithmetic divides by sessions.",
            "Les moyennes sont divisées par sessions × éléments, comme dans ClinicaDL 1.6.1 : elles sont trop petites du nombre \
             d’éléments. L’arithmétique corrigée divise par le nombre de sessions.",
        ),
        Convention::Corrected => Text::new(
            "Means are divided by the sessions that have a map of the element.",
            "Les moyennes sont divisées par le nombre de sessions qui ont une carte de l’élément.",
        ),
    };
    text.get()
}

/// The fields without which a run cannot be started.
pub fn missing(what: &[&str]) -> String {
    let what = what.join(", ");
    match current_language() {
        Language::English => format!("Still missing: {what}."),
        Language::French => format!("Il manque encore : {what}."),
    }
}

pub const MISSING_MODEL: Text = Text::new("a model", "un modèle");
pub const MISSING_IMAGES: Text = Text::new("images", "des images");
pub const MISSING_GROUP: Text = Text::new("the data group", "le groupe de données");
pub const MISSING_NAME: Text = Text::new("the run’s name", "le nom du traitement");
pub const MISSING_SELECTION: Text = Text::new("a selection metric", "une métrique de sélection");
pub const MISSING_SPLIT: Text = Text::new("a split", "une partition");

pub fn run_title(run: &KeptRun) -> String {
    format!("interpret-{} · {}", run.options.name, run.options.data_group)
}

pub fn run_facts(run: &KeptRun) -> String {
    let node = Text::new("node", "nœud").get();
    let what = format!("{} · {} · {node} {}", run.maps, run.options.method.name(), run.options.target_node);
    format!("{what} · {} · {}", run_state(run), format::megabytes(run.bytes))
}

fn run_state(run: &KeptRun) -> String {
    let KeptRun { done, total, .. } = run;
    match (current_language(), done >= total) {
        (Language::English, true) => format!("{total} maps, complete"),
        (Language::English, false) => format!("{done} of {total} maps; goes on when started again with the same settings"),
        (Language::French, true) => format!("{total} cartes, complet"),
        (Language::French, false) => format!("{done} cartes sur {total} ; reprend si on le relance avec les mêmes réglages"),
    }
}

pub fn report(name: &str, done: u64, milliseconds: f64) -> String {
    let time = super::milliseconds(milliseconds);
    match current_language() {
        Language::English => format!("interpret-{name}: {done} maps in {time}"),
        Language::French => format!("interpret-{name} : {done} cartes en {time}"),
    }
}

pub fn counted(what: &str, n: usize) -> String {
    format!("{what} ({n})")
}

/// A number of sessions; the word is the same in both languages.
fn sessions(n: usize) -> String {
    if n == 1 { "1 session".to_owned() } else { format!("{n} sessions") }
}
