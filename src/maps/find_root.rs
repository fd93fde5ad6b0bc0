//! Finds the MAPS folder in whatever tree was given.

use super::layout::{MAPS_JSON, parent, split_number};
use super::{MapsError, missing_maps_json};
use crate::files::FileTree;

/// Path of the folder with the `maps.json` that describes a model, wherever it lies in the tree.
///
/// A `maps.json` in the folder of another one is a copy, a backup or a data group's.
///
/// # Errors
/// If there is none or more than one.
pub(super) fn find_root(tree: &FileTree) -> Result<String, MapsError> {
    let folders: Vec<&str> = tree.find(|name| name == MAPS_JSON).map(parent).collect();
    let trained = outermost(folders.iter().copied().filter(|root| has_splits(tree, root)).collect());
    // Every data group has a maps.json of its own below groups/.
    let in_group = |root: &str| root.split('/').any(|component| component == "groups");
    let candidates = outermost(folders.into_iter().filter(|root| !in_group(root)).collect());
    match (trained.as_slice(), candidates.as_slice()) {
        ([root], _) | ([], [root]) => Ok((*root).to_owned()),
        ([], []) => Err(missing_maps_json::explain_absence(tree)),
        ([], several) | (several, _) => Err(MapsError::SeveralMaps { roots: several.iter().map(|root| (*root).to_owned()).collect() }),
    }
}

/// The folders that lie in no other one of them.
fn outermost(folders: Vec<&str>) -> Vec<&str> {
    let is_below = |folder: &str, other: &str| {
        folder != other && (other.is_empty() || folder.strip_prefix(other).is_some_and(|rest| rest.starts_with('/')))
    };
    folders.iter().copied().filter(|folder| !folders.iter().any(|other| is_below(folder, other))).collect()
}

/// Whether a split's folder lies beside the `maps.json` in `root`.
fn has_splits(tree: &FileTree, root: &str) -> bool {
    let first_folder = |path: &str| path.split_once('/').is_some_and(|(folder, _)| split_number(folder).is_some());
    tree.subtree(root).paths().any(first_folder)
}
