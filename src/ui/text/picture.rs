//! Strings that say what a picture is of, and how maps follow choices.

use super::language::{Language, Text, current_language};
use crate::protocol::{CheckpointKey, Convention, MapReady, Method, ParticipantKey, Quantity};

pub const AUTOMATIC: Text = Text::new("Maps follow choices", "Les cartes suivent les choix");
pub const NEWER_IS_COMPUTED: Text =
    Text::new("The map of what is chosen is being computed.", "La carte de ce qui est choisi est en cours de calcul.");
pub const NOT_CHOSEN: Text =
    Text::new("Not what is chosen: press Compute for that.", "Ce n’est pas ce qui est choisi : pour cela, pressez Calculer.");
pub const NOT_HELD: Text = Text::new(
    "The engine has another map by now: compute this one again to save it.",
    "Le moteur a une autre carte entre-temps : recalculez celle-ci pour l’enregistrer.",
);
pub const COMPUTING: Text = Text::new("The map is being computed.", "La carte est en cours de calcul.");
pub const CHANGED: Text = Text::new("another map is shown by now", "une autre carte est affichée entre-temps");
pub const CHANGED_HINT: Text = Text::new("Save once more what is shown.", "Enregistrez de nouveau ce qui est affiché.");
pub const WITH_A_MAP: Text = Text::new("appears with a map", "paraît avec une carte");

/// A participant and session.
pub fn participant(ParticipantKey { participant_id, session_id }: &ParticipantKey) -> String {
    if session_id.is_empty() { participant_id.clone() } else { format!("{participant_id} · {session_id}") }
}

/// What a map is of, in one line.
pub fn map(ready: &MapReady) -> String {
    let (explanation, CheckpointKey { split, selection, .. }) = (&ready.explanation, &ready.checkpoint);
    let method = match explanation.method {
        Method::Gradients => super::GRADIENTS.get().to_owned(),
        Method::GradCam { level: Some(level) } => format!("{} · {}", super::GRAD_CAM.get(), self::level(level)),
        Method::GradCam { level: None } => super::GRAD_CAM.get().to_owned(),
    };
    let quantity = match (explanation.quantity, explanation.convention, explanation.method) {
        (_, _, Method::Gradients) => None,
        (Quantity::Difference, ..) => Some(super::DIFFERENCE.get().to_owned()),
        (Quantity::Map, Convention::Corrected, _) => Some(super::CONVENTION_CORRECTED.get().to_lowercase()),
        (Quantity::Map, Convention::Clinicadl161, _) => None,
    };
    let element = Some(ready.element_name.clone()).filter(|name| !name.is_empty());
    let whose = [Some(participant(&explanation.participant)), element];
    let how = [
        Some(method),
        quantity,
        Some(super::node(&ready.target_label, explanation.target)),
        Some(format!("split-{split} best-{selection}")),
    ];
    whose.into_iter().chain(how).flatten().collect::<Vec<_>>().join(" · ")
}

/// What is on its way while something else is shown.
pub fn coming(participant: &ParticipantKey) -> String {
    let who = self::participant(participant);
    match current_language() {
        Language::English => format!("{who} is being read."),
        Language::French => format!("Lecture de {who}."),
    }
}

/// Before numbers and buttons of a map that is not the chosen one.
pub fn of(map: &str) -> String {
    match current_language() {
        Language::English => format!("Numbers and files of {map}"),
        Language::French => format!("Chiffres et fichiers de {map}"),
    }
}

/// Why there is no map of what is chosen.
pub fn no_map(what: &str, hint: &str) -> String {
    match current_language() {
        Language::English => format!("No map: {what}. {hint}."),
        Language::French => format!("Pas de carte : {what}. {hint}."),
    }
}

/// An element that is not there; `kept` stays chosen.
pub fn no_element(mode: &str, typed: &str, range: &str, kept: usize) -> String {
    match current_language() {
        Language::English => format!("There is no {mode} {typed}, only {range}. It is still {mode} {kept}."),
        Language::French => format!("Il n’y a pas de {mode} {typed}, seulement {range}. C’est toujours {mode} {kept}."),
    }
}

fn level(level: usize) -> String {
    match current_language() {
        Language::English => format!("level {level}"),
        Language::French => format!("niveau {level}"),
    }
}
