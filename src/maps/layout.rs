//! Where things lie in a MAPS folder.

use std::collections::{BTreeMap, BTreeSet};

use super::{MapsError, Split};
use crate::files::{FileTree, file_name};

pub(super) const MAPS_JSON: &str = "maps.json";
pub(super) const CHECKPOINT_NAME: &str = "model.pth.tar";

/// What ClinicaDL 0.x wrote where 1.x writes `maps.json`.
const VERSION_0_JSON: &str = "commandline.json";

/// `folder/below`, or `below` in the tree itself.
pub(super) fn join(folder: &str, below: &str) -> String {
    if folder.is_empty() { below.to_owned() } else { format!("{folder}/{below}") }
}

/// The folder of the one `maps.json` that describes a model.
pub(super) fn find_root(tree: &FileTree) -> Result<String, MapsError> {
    // Every data group has a maps.json of its own below groups/.
    let in_group = |path: &str| path.split('/').any(|component| component == "groups");
    let candidates: Vec<&str> = tree.find(|name| name == MAPS_JSON).filter(|path| !in_group(path)).map(parent).collect();
    let trained: Vec<&str> = candidates.iter().copied().filter(|root| has_splits(tree, root)).collect();
    match (trained.as_slice(), candidates.as_slice()) {
        ([root], _) | ([], [root]) => Ok((*root).to_owned()),
        ([], []) => Err(explain_absence(tree)),
        ([], several) | (several, _) => Err(MapsError::SeveralMaps { roots: several.iter().map(|root| (*root).to_owned()).collect() }),
    }
}

/// Splits that hold a checkpoint, by number. `tree` is the MAPS folder's.
///
/// A `best-…` folder alone does not count: ClinicaDL leaves empty ones behind when an interpretation fails.
pub(super) fn splits(tree: &FileTree) -> Vec<Split> {
    let mut found: BTreeMap<(u32, &str), BTreeSet<(bool, &str)>> = BTreeMap::new();
    for path in tree.paths() {
        let mut components = path.split('/');
        let split = components.next().and_then(|folder| Some((split_number(folder)?, folder)));
        let selection = components.next().and_then(|folder| folder.strip_prefix("best-"));
        let is_checkpoint = components.next() == Some(CHECKPOINT_NAME) && components.next().is_none();
        if let (Some(split), Some(selection), true) = (split, selection, is_checkpoint) {
            // `false` sorts first.
            found.entry(split).or_default().insert((selection != "loss", selection));
        }
    }
    let split = |((number, folder), selections): ((u32, &str), BTreeSet<(bool, &str)>)| Split {
        number,
        folder: folder.to_owned(),
        selections: selections.into_iter().map(|(_, selection)| selection.to_owned()).collect(),
    };
    found.into_iter().map(split).collect()
}

/// The `n` of `split-n`, or of `fold-n` before ClinicaDL 1.0.4.
fn split_number(folder: &str) -> Option<u32> {
    folder.strip_prefix("split-").or_else(|| folder.strip_prefix("fold-"))?.parse().ok()
}

fn has_splits(tree: &FileTree, root: &str) -> bool {
    let first_folder = |path: &str| path.split_once('/').is_some_and(|(folder, _)| split_number(folder).is_some());
    tree.subtree(root).paths().any(first_folder)
}

/// No `maps.json`: says what was given instead, as far as it is recognised.
fn explain_absence(tree: &FileTree) -> MapsError {
    if let Some(path) = tree.find(|name| name == VERSION_0_JSON).next() {
        return MapsError::Version0 { path: path.to_owned() };
    }
    let split_folder = |path: &str| {
        let folder = parent(path);
        let depth = folder.split('/').position(|component| split_number(component).is_some())?;
        Some(folder.split('/').take(depth + 1).collect::<Vec<_>>().join("/"))
    };
    match tree.paths().find_map(split_folder) {
        Some(folder) => MapsError::SplitsWithoutMapsJson { folder },
        None => MapsError::NoMapsJson { n_files: tree.len() },
    }
}

fn parent(path: &str) -> &str {
    path.strip_suffix(file_name(path)).unwrap_or_default().trim_end_matches('/')
}
