//! What a map shows, in one sentence that is made from the choices it was computed with.

use super::language::{Language, Text, current_language};
use crate::protocol::{Convention, Explanation, LevelSummary, MapStatistics, Method, ModelSummary, Quantity};

pub const WHAT_IS_THIS: Text = Text::new("What am I looking at?", "Que voit-on ici ?");
pub const CLOSE_HINT: Text = Text::new("Esc closes this.", "Échap ferme ceci.");
pub const NOT_A_DIAGNOSIS: Text = Text::new(
    "The colours lie over the participant’s scan. They show what this network’s output depends on, by this method; they show neither where a disease is nor whether the network is right.",
    "Les couleurs recouvrent l’image du participant. Elles montrent de quoi dépend la sortie de ce réseau, selon cette méthode ; elles ne montrent ni où est une maladie, ni si le réseau a raison.",
);
pub const PLANES: Text = Text::new(
    "The three pictures are slices through the point of the cross lines; L and R are the participant’s left and right. Click to look elsewhere. The table below says what the network answered.",
    "Les trois images sont des coupes par le point de la croix ; L et R sont la gauche et la droite du participant. Cliquez pour regarder ailleurs. Le tableau en dessous dit ce que le réseau a répondu.",
);
pub const INTENSITY: Text = Text::new(
    "Intensity is that of the network’s input: ClinicaDL scales each image to values from 0 to 1 where the model was trained so.",
    "L’intensité est celle de l’entrée du réseau : ClinicaDL ramène chaque image à des valeurs de 0 à 1 si le modèle a été entraîné ainsi.",
);
pub const DEMO_IS_SYNTHETIC: Text = Text::new(
    "This demo study is synthetic: its participants are no persons. Each is the ICBM 152 template, bent at random, with noise and a synthetic skull. Those called AD have atrophy in the AD mask (left hemisphere and cerebellum), those called CN in the CN mask (right hemisphere), and the network was trained to tell the two apart. So it is known what a right map shows: strong values in the mask of the participant’s own label.",
    "Cette étude de démonstration est synthétique : ses participants ne sont pas des personnes. Chacun est le modèle ICBM 152, déformé au hasard, avec du bruit et un crâne synthétique. Ceux appelés AD ont une atrophie dans le masque AD (hémisphère gauche et cervelet), ceux appelés CN dans le masque CN (hémisphère droit), et le réseau a appris à les distinguer. On sait donc ce que montre une carte juste : de fortes valeurs dans le masque de la classe du participant.",
);
pub const SHOW_MASKS: Text = Text::new("Show its two masks", "Montrer ses deux masques");
pub const HIDE_MASKS: Text = Text::new("Remove its two masks", "Retirer ses deux masques");
pub const MASKS_TITLE: Text = Text::new(
    "Outlines of where the synthetic participants’ atrophy lies: AD on the left and in the cerebellum, CN on the right",
    "Contours de l’atrophie des participants synthétiques : AD à gauche et dans le cervelet, CN à droite",
);
pub const NO_MAP: Text = Text::new(
    "No map yet: “Compute” colours the voxels that the network’s output depends on.",
    "Pas encore de carte : « Calculer » colore les voxels dont dépend la sortie du réseau.",
);

/// The signs that a map's values have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signs {
    Both,
    Positive,
    Negative,
    Zero,
}

/// What the colours of a map show. `element` is the part of the image that was explained, empty for the whole.
pub fn of_map(explanation: &Explanation, element: &str, statistics: MapStatistics, model: &ModelSummary) -> String {
    let (output, place) = (output(model, explanation.target), place(element));
    let signs = Signs::of(statistics);
    match (explanation.method, explanation.quantity) {
        (_, Quantity::Difference) => difference(&output, &place, signs),
        (Method::Gradients, Quantity::Map) => gradients(&output, &place, signs),
        (Method::GradCam { level }, Quantity::Map) => grad_cam(&output, &place, signs, features(model, level), explanation.convention),
    }
}

impl Signs {
    fn of(MapStatistics { min, max, .. }: MapStatistics) -> Self {
        match (min < 0.0, max > 0.0) {
            (true, true) => Signs::Both,
            (false, true) => Signs::Positive,
            (true, false) => Signs::Negative,
            (false, false) => Signs::Zero,
        }
    }
}

/// The output in words: of a label, or the predicted value.
fn output(model: &ModelSummary, target: usize) -> String {
    let label = model.nodes.get(target).map_or_else(|| target.to_string(), |node| node.label.clone());
    match (current_language(), model.task == "regression") {
        (Language::English, true) => format!("the predicted {label}"),
        (Language::English, false) => format!("the {label} output"),
        (Language::French, true) => format!("la valeur prédite ({label})"),
        (Language::French, false) => format!("la sortie {label}"),
    }
}

fn place(element: &str) -> String {
    match (current_language(), element.is_empty()) {
        (Language::English, true) => "in this scan".to_owned(),
        (Language::English, false) => format!("in {element} of this scan"),
        (Language::French, true) => "dans cette image".to_owned(),
        (Language::French, false) => format!("dans {element} de cette image"),
    }
}

fn gradients(output: &str, place: &str, signs: Signs) -> String {
    match (current_language(), signs) {
        (Language::English, Signs::Both) => format!(
            "Colours show where small changes of intensity would change {output} most, {place}: positive values where brighter raises it, negative where brighter lowers it."
        ),
        (Language::English, Signs::Positive) => {
            format!("Colours show where small increases of intensity would raise {output} most, {place}.")
        }
        (Language::English, Signs::Negative) => {
            format!("Colours show where small increases of intensity would lower {output} most, {place}.")
        }
        (Language::English, Signs::Zero) => {
            format!("The map is 0 everywhere: no small change of intensity would change {output}, {place}.")
        }
        (Language::French, Signs::Both) => format!(
            "Les couleurs montrent où de petits changements d’intensité changeraient le plus {output}, {place} : valeurs positives là où plus clair l’augmente, négatives là où plus clair la diminue."
        ),
        (Language::French, Signs::Positive) => {
            format!("Les couleurs montrent où de petites hausses d’intensité augmenteraient le plus {output}, {place}.")
        }
        (Language::French, Signs::Negative) => {
            format!("Les couleurs montrent où de petites hausses d’intensité diminueraient le plus {output}, {place}.")
        }
        (Language::French, Signs::Zero) => {
            format!("La carte est nulle partout : aucun petit changement d’intensité ne changerait {output}, {place}.")
        }
    }
}

/// The level whose features Grad-CAM weighs; without one, or beyond the last, the last is meant.
fn features(model: &ModelSummary, level: Option<usize>) -> Option<&LevelSummary> {
    let number = level.unwrap_or(usize::MAX).min(model.levels.len());
    model.levels.iter().find(|summary| summary.level == number)
}

fn grad_cam(output: &str, place: &str, signs: Signs, level: Option<&LevelSummary>, convention: Convention) -> String {
    let grid = level.map(|level| super::format::shape(level.shape.get(1..).unwrap_or_default())).unwrap_or_default();
    let number = level.map(|level| level.level.to_string()).unwrap_or_default();
    let (speak, signs) = match (current_language(), signs) {
        (Language::English, Signs::Both) => ("speak for (positive) or against (negative)", signs),
        (Language::English, Signs::Negative) => ("speak against", signs),
        (Language::English, _) => ("speak for", signs),
        (Language::French, Signs::Both) => ("parlent pour (positif) ou contre (négatif)", signs),
        (Language::French, Signs::Negative) => ("parlent contre", signs),
        (Language::French, _) => ("parlent pour", signs),
    };
    match (current_language(), signs, convention) {
        (Language::English, Signs::Zero, _) => {
            format!("The map is 0 everywhere: no feature after level {number} speaks for {output}, {place}.")
        }
        (Language::French, Signs::Zero, _) => {
            format!("La carte est nulle partout : aucune caractéristique après le niveau {number} ne parle pour {output}, {place}.")
        }
        (Language::English, _, Convention::Clinicadl161) => format!(
            "Colours show where the network’s features after level {number} {speak} {output}, {place}, weighed as ClinicaDL 1.6.1 does: one value for each cell of a {grid} grid, smoothed in between."
        ),
        (Language::English, _, Convention::Corrected) => format!(
            "Colours show where the network’s features after level {number} {speak} {output}, {place}: one value for each cell of a {grid} grid, smoothed in between."
        ),
        (Language::French, _, Convention::Clinicadl161) => format!(
            "Les couleurs montrent où les caractéristiques du réseau après le niveau {number} {speak} {output}, {place}, pondérées comme ClinicaDL 1.6.1 le fait : une valeur par cellule d’une grille {grid}, lissée entre elles."
        ),
        (Language::French, _, Convention::Corrected) => format!(
            "Les couleurs montrent où les caractéristiques du réseau après le niveau {number} {speak} {output}, {place} : une valeur par cellule d’une grille {grid}, lissée entre elles."
        ),
    }
}

fn difference(output: &str, place: &str, signs: Signs) -> String {
    match (current_language(), signs) {
        (Language::English, Signs::Zero) => format!("The two arithmetics agree everywhere for {output}, {place}."),
        (Language::French, Signs::Zero) => format!("Les deux arithmétiques concordent partout pour {output}, {place}."),
        (Language::English, _) => format!(
            "Colours show no explanation but by how much ClinicaDL 1.6.1’s Grad-CAM of {output} differs from the corrected one, {place}: exact − corrected."
        ),
        (Language::French, _) => format!(
            "Les couleurs ne montrent pas une explication, mais de combien le Grad-CAM de ClinicaDL 1.6.1 pour {output} diffère du corrigé, {place} : exact − corrigé."
        ),
    }
}
