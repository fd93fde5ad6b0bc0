//! Strings of the clusters of a map.

use super::format;
use super::language::{Language, Text, current_language};
use crate::analysis::clusters::ClusterRule;
use crate::protocol::ClustersReady;

pub const TITLE: Text = Text::new("Regions", "Régions");
pub const LOOKING: Text = Text::new("Looking for clusters…", "Recherche des amas…");
pub const MIN_CLUSTER: Text = Text::new("Min. cluster, voxels", "Amas min., voxels");
pub const PEAK: Text = Text::new("Peak x y z, mm", "Pic x y z, mm");
pub const VALUE: Text = Text::new("Value", "Valeur");
pub const REGION: Text = Text::new("Region", "Région");
pub const VOXELS: Text = Text::new("Voxels", "Voxels");
pub const MM3: Text = Text::same("mm³");
pub const GO_THERE: Text = Text::new("Move the crosshair there", "Y placer la croix");
pub const SAVE: Text = Text::new("Table .tsv", "Tableau .tsv");
pub const ADD_ATLAS: Text = Text::new(
    "An atlas or mask among the overlays names the region of each peak.",
    "Un atlas ou un masque parmi les superpositions nomme la région de chaque pic.",
);

/// Caption of the table.
pub fn caption(rule: ClusterRule) -> String {
    let (threshold, size) = (format::significant(f64::from(rule.threshold)), voxels(rule.min_voxels));
    match current_language() {
        Language::English => format!("Clusters above {threshold} of at least {size}"),
        Language::French => format!("Amas au-dessus de {threshold} d’au moins {size}"),
    }
}

/// What was found, in words. `largest` is the map's largest magnitude, if it is known.
pub fn found(ready: &ClustersReady, rule: ClusterRule, largest: Option<f32>) -> String {
    match (ready.n_clusters, ready.n_small) {
        (0, 0) => none(rule.threshold, largest),
        (0, n_small) => only_small(n_small, rule),
        _ => [Some(some(ready, rule)), small(ready), limit(ready), at_zero(rule)].into_iter().flatten().collect::<Vec<_>>().join(" "),
    }
}

fn none(threshold: f32, largest: Option<f32>) -> String {
    let number = |value: f32| format::significant(f64::from(value));
    let (value, largest) = (number(threshold), largest.map(number));
    let (reason, remedy) = match current_language() {
        Language::English => (largest.map(|largest| format!(": the largest magnitude is {largest}")), " Lower the threshold."),
        Language::French => (largest.map(|largest| format!(" : la plus grande valeur absolue est {largest}")), " Baissez le seuil."),
    };
    let (reason, remedy) = (reason.unwrap_or_default(), if threshold > 0.0 { remedy } else { "" });
    match current_language() {
        Language::English => format!("No voxel of the map exceeds the threshold of {value}{reason}.{remedy}"),
        Language::French => format!("Aucun voxel de la carte ne dépasse le seuil de {value}{reason}.{remedy}"),
    }
}

fn only_small(n_small: usize, rule: ClusterRule) -> String {
    let (threshold, size) = (format::significant(f64::from(rule.threshold)), voxels(rule.min_voxels));
    let n = format::count(n_small as u64);
    match current_language() {
        Language::English => {
            format!("All clusters above {threshold} ({n}) are smaller than {size}, so nothing is drawn. Choose a smaller size.")
        }
        Language::French => {
            format!(
                "Tous les amas au-dessus de {threshold} ({n}) ont moins de {size} : rien n’est tracé. Choisissez une taille plus petite."
            )
        }
    }
}

fn some(ready: &ClustersReady, rule: ClusterRule) -> String {
    let (threshold, n) = (format::significant(f64::from(rule.threshold)), format::count(ready.n_clusters as u64));
    let (all, least) = (voxels(ready.n_voxels), voxels(rule.min_voxels));
    let is_one = ready.n_clusters == 1;
    match current_language() {
        Language::English => {
            let (clusters, size) = (if is_one { "cluster" } else { "clusters" }, at_least(rule, " of at least ", &least));
            format!("{n} {clusters}{size} above {threshold}: {all}.")
        }
        Language::French => {
            let size = at_least(rule, " d’au moins ", &least);
            format!("{n} amas{size} au-dessus de {threshold} : {all}.")
        }
    }
}

fn at_least(rule: ClusterRule, words: &str, least: &str) -> String {
    if rule.min_voxels > 1 { format!("{words}{least}") } else { String::new() }
}

fn small(ready: &ClustersReady) -> Option<String> {
    let (n, voxels) = (format::count(ready.n_small as u64), voxels(ready.n_small_voxels));
    let sentence = match current_language() {
        Language::English => format!("Smaller ones are not drawn: {n} with {voxels}."),
        Language::French => format!("Les plus petits ne sont pas tracés : {n}, avec {voxels}."),
    };
    (ready.n_small > 0).then_some(sentence)
}

fn limit(ready: &ClustersReady) -> Option<String> {
    let n = ready.peaks.len();
    let sentence = match current_language() {
        Language::English => format!("The {n} strongest are listed."),
        Language::French => format!("Les {n} plus forts sont listés."),
    };
    (n < ready.n_clusters).then_some(sentence)
}

fn at_zero(rule: ClusterRule) -> Option<String> {
    let sentence = Text::new("The threshold is 0: every voxel that is not 0 counts.", "Le seuil est 0 : tout voxel différent de 0 compte.");
    (rule.threshold == 0.0).then(|| sentence.into())
}

fn voxels(n: usize) -> String {
    // French counts 0 and 1 as one, English only 1.
    let is_one = n == 1 || (n == 0 && current_language() == Language::French);
    format!("{} {}", format::count(n as u64), if is_one { "voxel" } else { "voxels" })
}
