//! The progress of a job in words.

use super::format;
use super::language::{Language, Text, current_language};
use crate::pace::Stage;
use crate::protocol::Progress;

/// Stage, units done, what they are about, time left: as far as they are known.
pub fn in_words(progress: &Progress) -> String {
    let about = progress.about.clone();
    let remaining = progress.remaining_ms.map(remaining_time);
    std::iter::once(how_far(progress)).chain(about).chain(remaining).collect::<Vec<_>>().join(" · ")
}

fn how_far(progress: &Progress) -> String {
    let Progress { stage, done, total, .. } = *progress;
    let name = stage_name(stage);
    let unit = |n: u64| if counts_bytes(stage) { format::megabytes(n) } else { n.to_string() };
    match total {
        0 if done == 0 => format!("{name}…"),
        0 => format!("{name}, {}", unit(done)),
        _ => format!("{name}, {} / {}", unit(done), unit(total)),
    }
}

fn counts_bytes(stage: Stage) -> bool {
    matches!(stage, Stage::Reading | Stage::Fetching | Stage::Parsing | Stage::Uploading)
}

/// Name of a stage.
fn stage_name(stage: Stage) -> &'static str {
    let text = match stage {
        Stage::Reading => Text::new("Reading", "Lecture"),
        Stage::Fetching => Text::new("Fetching the demo study", "Chargement de l’étude de démonstration"),
        Stage::Parsing => Text::new("Parsing", "Analyse"),
        Stage::Uploading => Text::new("Moving weights to the device", "Envoi des poids au calculateur"),
        Stage::Forward => Text::new("Forward pass", "Passe avant"),
        Stage::Backward => Text::new("Backward pass", "Passe arrière"),
        Stage::Interpreting => Text::new("Interpreting", "Interprétation"),
        Stage::Packing => Text::new("Packing", "Archivage"),
        Stage::Clustering => Text::new("Looking for clusters", "Recherche des amas"),
        Stage::Comparing => Text::new("Comparing maps", "Comparaison des cartes"),
        Stage::Measuring => Text::new("Reading numbers off the map", "Lecture des chiffres de la carte"),
    };
    text.get()
}

/// The time until a job ends, rounded as in speech.
fn remaining_time(milliseconds: f64) -> String {
    let seconds = (milliseconds / 1000.0).ceil().max(1.0);
    let minutes = (seconds / 60.0).round();
    let time = match seconds {
        ..90.0 => format!("{seconds:.0} s"),
        ..5400.0 => format!("{minutes:.0} min"),
        _ => format!("{} h", format::decimals(minutes / 60.0, 1)),
    };
    match current_language() {
        Language::English => format!("about {time} left"),
        Language::French => format!("encore {time} environ"),
    }
}
