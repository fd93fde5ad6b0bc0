//! Strings of the panel that compares maps.

use std::sync::Arc;

use super::format;
use super::language::{Language, Text, current_language};
use crate::analysis::comparison::{Correlations, Overlap};
use crate::protocol::{Convention, Method, Quantity};
use crate::ui::state::comparison::ComparedMap;

pub const TITLE: Text = Text::new("Compare", "Comparer");
pub const KEEP: Text = Text::new("Keep this map", "Garder cette carte");
pub const ABOUT: Text = Text::new(
    "Keep up to four maps to see them side by side: of participants, output nodes, methods, arithmetics, splits or models.",
    "Gardez jusqu’à quatre cartes pour les voir côte à côte : de participants, nœuds de sortie, méthodes, arithmétiques, partitions ou modèles.",
);
pub const FULL: Text = Text::new(
    "Four maps are kept, which is the most: remove one of them first.",
    "Quatre cartes sont gardées, c’est le maximum : retirez-en une d’abord.",
);
pub const RANGE: Text = Text::new("Range of colours", "Étendue des couleurs");
pub const COMMON: Text = Text::new("common", "commune");
pub const OWN: Text = Text::new("each its own", "propre à chacune");
pub const VOXELS: Text = Text::new("Voxels that count", "Voxels comptés");
pub const ALL_VOXELS: Text = Text::new("all", "tous");
pub const EITHER_NON_ZERO: Text = Text::new("where either is not 0", "où l’une n’est pas 0");
pub const TOP_PERCENT: Text = Text::new("Strongest, %", "Plus forts, %");
pub const COMPARE: Text = Text::new("Compute the numbers", "Calculer les chiffres");
pub const PAIR: Text = Text::new("Maps", "Cartes");
pub const LARGEST_DIFFERENCE: Text = Text::new("Largest difference", "Plus grande différence");
pub const NOT_YET: Text = Text::new("not computed", "non calculé");

/// The facts about a kept map, one in each string.
pub fn label(kept: &ComparedMap) -> Vec<String> {
    let (ready, explanation) = (&kept.map.ready, &kept.map.ready.explanation);
    let who = format!("{} {}", explanation.participant.participant_id, explanation.participant.session_id);
    let method = match explanation.method {
        Method::Gradients => super::GRADIENTS.get().to_owned(),
        Method::GradCam { level: None } => super::GRAD_CAM.get().to_owned(),
        Method::GradCam { level: Some(level) } => format!("{}, {} {level}", super::GRAD_CAM.get(), super::LEVEL.get().to_lowercase()),
    };
    // Gradients of single maps are the same in both.
    let convention = match (explanation.method, explanation.quantity, explanation.convention) {
        (Method::Gradients, ..) => None,
        (_, Quantity::Difference, _) => Some(super::DIFFERENCE.get()),
        (_, _, Convention::Clinicadl161) => Some(super::CONVENTION_161.get()),
        (_, _, Convention::Corrected) => Some(super::CONVENTION_CORRECTED.get()),
    };
    let channel = (ready.channels > 1)
        .then(|| format!("{} {}", super::CHANNEL.get().to_lowercase(), super::channel(kept.map.channel, ready.channels)));
    let element = Some(ready.element_name.clone()).filter(|name| !name.is_empty());
    let split = format!("{} {} · {}", super::SPLIT.get().to_lowercase(), kept.split, kept.selection);
    let node = super::node(&kept.target_label, explanation.target);
    let facts = [Some(who.trim().to_owned()), Some(method), Some(node), convention.map(str::to_owned), element, channel];
    facts.into_iter().flatten().chain([split, kept.maps_name.clone()]).collect()
}

/// How many maps are kept, and their memory: voxels once on the page and once in the engine, images once.
pub fn kept(maps: &[Arc<ComparedMap>]) -> String {
    let bytes_of = |n_voxels: usize| 4 * n_voxels as u64;
    let mut bytes = 0;
    for (index, kept) in maps.iter().enumerate() {
        bytes += 2 * bytes_of(kept.map.placed.volume.data().len());
        let Some(image) = &kept.image else { continue };
        let is_known = maps[..index].iter().filter_map(|other| other.image.as_ref()).any(|other| Arc::ptr_eq(other, image));
        bytes += if is_known { 0 } else { bytes_of(image.placed.volume.data().len()) };
    }
    let (n, memory) = (maps.len(), format::megabytes(bytes));
    match current_language() {
        Language::English => format!("{n} of 4 maps kept, {memory}."),
        Language::French => format!("{n} cartes gardées sur 4, {memory}."),
    }
}

pub fn column(letter: &str) -> String {
    format!("{} {letter}", super::MAP.get())
}

pub fn remove(letter: &str) -> String {
    match current_language() {
        Language::English => format!("Remove map {letter}"),
        Language::French => format!("Retirer la carte {letter}"),
    }
}

/// Label of a column's canvas.
pub fn picture(title: &str, plane: &str) -> String {
    match current_language() {
        Language::English => format!("{title}, {} slice", plane.to_lowercase()),
        Language::French => format!("{title}, plan {}", plane.to_lowercase()),
    }
}

/// Title of the difference, as in `A − B`.
pub fn difference(pair: Option<&[Arc<ComparedMap>; 2]>) -> String {
    pair.map_or_else(|| "A − B".to_owned(), |[first, second]| format!("{} − {}", first.letter, second.letter))
}

/// Heading of the overlap, as in `Dice, strongest 5 %`.
pub fn top(percent: f64) -> String {
    let percent = format::plain(percent);
    match current_language() {
        Language::English => format!("Dice, strongest {percent} %"),
        Language::French => format!("Dice, {percent} % les plus forts"),
    }
}

pub fn other_grid([first, second]: &[Arc<ComparedMap>; 2]) -> String {
    let (a, b) = (first.letter, second.letter);
    match current_language() {
        Language::English => format!("{a} and {b} lie on different grids: no numbers without resampling, which would change them"),
        Language::French => {
            format!("{a} et {b} sont sur des grilles différentes : pas de chiffres sans rééchantillonnage, qui les changerait")
        }
    }
}

pub fn no_difference([first, second]: &[Arc<ComparedMap>; 2]) -> String {
    let (a, b) = (first.letter, second.letter);
    match current_language() {
        Language::English => format!("{a} and {b} lie on different grids: they have no difference voxel by voxel."),
        Language::French => format!("{a} et {b} sont sur des grilles différentes : pas de différence voxel par voxel."),
    }
}

/// The reason why a pair has no numbers when the engine no longer keeps one of its maps.
pub fn gone(pair: &[Arc<ComparedMap>; 2], number: u32) -> String {
    let letter = pair.iter().find(|kept| kept.number == number).map_or('?', |kept| kept.letter);
    match current_language() {
        Language::English => format!("the engine was restarted and has {letter} no longer: compute and keep it again"),
        Language::French => format!("le moteur a redémarré et n’a plus {letter} : calculez-la et gardez-la de nouveau"),
    }
}

/// Why a correlation is not defined.
pub fn undefined(pair: &[Arc<ComparedMap>; 2], correlations: &Correlations) -> String {
    if correlations.n_voxels == 0 {
        return Text::new("not defined: both maps are 0 everywhere", "non définies : les deux cartes sont nulles partout").into();
    }
    let [a, b] = pair.each_ref().map(|kept| kept.letter);
    let is_constant = correlations.is_constant;
    let flat = if is_constant[0] { a } else { b };
    match (current_language(), is_constant == [true; 2]) {
        (Language::English, true) => format!("not defined: {a} and {b} have one value everywhere"),
        (Language::English, false) => format!("not defined: {flat} has one value everywhere"),
        (Language::French, true) => format!("non définies : {a} et {b} ont une seule valeur partout"),
        (Language::French, false) => format!("non définies : {flat} a une seule valeur partout"),
    }
}

/// The voxel counts that Dice's coefficient is computed from.
pub fn overlap([first, second]: &[Arc<ComparedMap>; 2], overlap: &Overlap) -> String {
    let count = |n: usize| format::count(n as u64);
    let (a, b, [n_first, n_second], n_both) = (first.letter, second.letter, overlap.n_top.map(count), count(overlap.n_both));
    match current_language() {
        Language::English => format!("{n_first} voxels of {a}, {n_second} of {b}, {n_both} of both"),
        Language::French => format!("{n_first} voxels de {a}, {n_second} de {b}, {n_both} des deux"),
    }
}
