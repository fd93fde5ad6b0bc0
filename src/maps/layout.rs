//! Where things lie in a MAPS folder.

use std::collections::{BTreeMap, BTreeSet};

use super::{MapsError, Split, recognise};
use crate::files::{FileTree, file_name};

pub(super) const MAPS_JSON: &str = "maps.json";
pub(super) const CHECKPOINT_NAME: &str = "model.pth.tar";

/// `folder/below`, or `below` in the tree itself.
pub(super) fn join(folder: &str, below: &str) -> String {
    if folder.is_empty() { below.to_owned() } else { format!("{folder}/{below}") }
}

/// The folder of the one `maps.json` that describes a model.
pub(super) fn find_root(tree: &FileTree) -> Result<String, MapsError> {
    let folders: Vec<&str> = tree.find(|name| name == MAPS_JSON).map(parent).collect();
    let trained: Vec<&str> = folders.iter().copied().filter(|root| has_splits(tree, root)).collect();
    // Every data group has a maps.json of its own below groups/.
    let in_group = |root: &str| root.split('/').any(|component| component == "groups");
    let candidates: Vec<&str> = folders.into_iter().filter(|root| !in_group(root)).collect();
    match (trained.as_slice(), candidates.as_slice()) {
        ([root], _) | ([], [root]) => Ok((*root).to_owned()),
        ([], []) => Err(recognise::explain_absence(tree)),
        ([], several) | (several, _) => Err(MapsError::SeveralMaps { roots: several.iter().map(|root| (*root).to_owned()).collect() }),
    }
}

/// A file in a `best-…` folder of a split.
struct InSelection<'a> {
    split: (u32, &'a str),
    selection: &'a str,
    file: &'a str,
}

/// Every file that lies directly in a selection's folder. `tree` is the MAPS folder's.
fn selections(tree: &FileTree) -> impl Iterator<Item = InSelection<'_>> {
    tree.paths().filter_map(|path| {
        let components: Vec<&str> = path.split('/').collect();
        let &[split, selection, file] = components.as_slice() else { return None };
        Some(InSelection { split: (split_number(split)?, split), selection: selection.strip_prefix("best-")?, file })
    })
}

/// Splits that hold a checkpoint, by number. `tree` is the MAPS folder's.
///
/// A `best-…` folder alone does not count: ClinicaDL leaves empty ones behind when an interpretation fails. Nor do the
/// checkpoints of single epochs in `all_models/` or of an interrupted training in `tmp/`.
pub(super) fn splits(tree: &FileTree) -> Vec<Split> {
    let mut found: BTreeMap<(u32, &str), BTreeSet<(bool, &str)>> = BTreeMap::new();
    for InSelection { split, selection, .. } in selections(tree).filter(|found| found.file == CHECKPOINT_NAME) {
        // `false` sorts first.
        found.entry(split).or_default().insert((selection != "loss", selection));
    }
    // Where both wordings are, ClinicaDL takes the older one.
    if found.keys().any(|(_, folder)| folder.starts_with("fold-")) {
        found.retain(|(_, folder), _| folder.starts_with("fold-"));
    }
    let split = |((number, folder), selections): ((u32, &str), BTreeSet<(bool, &str)>)| Split {
        number,
        folder: folder.to_owned(),
        selections: selections.into_iter().map(|(_, selection)| selection.to_owned()).collect(),
    };
    found.into_iter().map(split).collect()
}

/// The first checkpoint of one network among several, whatever `maps.json` says. `tree` is the MAPS folder's.
pub(super) fn multi_network_checkpoint(tree: &FileTree) -> Option<String> {
    let is_one_of_several = |file: &str| file.strip_prefix("network-").is_some_and(|rest| rest.ends_with(&format!("_{CHECKPOINT_NAME}")));
    let found = selections(tree).find(|found| is_one_of_several(found.file))?;
    Some(format!("{}/best-{}/{}", found.split.1, found.selection, found.file))
}

/// The `n` of `split-n`, or of `fold-n` before ClinicaDL 1.0.4.
pub(super) fn split_number(folder: &str) -> Option<u32> {
    folder.strip_prefix("split-").or_else(|| folder.strip_prefix("fold-"))?.parse().ok()
}

fn has_splits(tree: &FileTree, root: &str) -> bool {
    let first_folder = |path: &str| path.split_once('/').is_some_and(|(folder, _)| split_number(folder).is_some());
    tree.subtree(root).paths().any(first_folder)
}

/// The folder of a path, without trailing slash.
pub(super) fn parent(path: &str) -> &str {
    path.strip_suffix(file_name(path)).unwrap_or_default().trim_end_matches('/')
}
