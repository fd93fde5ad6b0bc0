//! Names of the files and folders in a MAPS folder.

use std::collections::{BTreeMap, BTreeSet};

use super::Split;
use crate::files::{FileTree, file_name};

/// Name of the file with the training's parameters, and of the one with a data group's.
pub(super) const MAPS_JSON: &str = "maps.json";
/// Name of a checkpoint in a selection's folder.
pub(super) const CHECKPOINT_NAME: &str = "model.pth.tar";

/// The path `folder/below`, or `below` where `folder` is empty.
pub(super) fn join(folder: &str, below: &str) -> String {
    if folder.is_empty() { below.to_owned() } else { format!("{folder}/{below}") }
}

/// A file in a `best-…` folder of a split.
struct InSelection<'a> {
    /// Number and folder of the split.
    split: (u32, &'a str),
    selection: &'a str,
    file: &'a str,
}

/// Every file that lies directly in a selection's folder. `tree` is that of the MAPS folder.
fn selections(tree: &FileTree) -> impl Iterator<Item = InSelection<'_>> {
    tree.paths().filter_map(|path| {
        let components: Vec<&str> = path.split('/').collect();
        let &[split, selection, file] = components.as_slice() else { return None };
        Some(InSelection { split: (split_number(split)?, split), selection: selection.strip_prefix("best-")?, file })
    })
}

/// Splits with a checkpoint, sorted by number. `tree` is that of the MAPS folder.
///
/// A `best-…` folder alone does not count: ClinicaDL leaves empty ones behind when an interpretation fails. Nor do the
/// checkpoints of single epochs in `all_models/` or of an interrupted training in `tmp/`.
pub(super) fn splits(tree: &FileTree) -> Vec<Split> {
    let mut found: BTreeMap<(u32, &str), BTreeSet<(bool, &str)>> = BTreeMap::new();
    for InSelection { split, selection, .. } in selections(tree).filter(|found| found.file == CHECKPOINT_NAME) {
        // `false` sorts first.
        found.entry(split).or_default().insert((selection != "loss", selection));
    }
    // Where folders of both names exist, ClinicaDL takes the older name.
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

/// Path of the first checkpoint of a multi-network training, whatever `maps.json` says. `tree` is that of the MAPS folder.
pub(super) fn multi_network_checkpoint(tree: &FileTree) -> Option<String> {
    let is_one_of_several = |file: &str| file.strip_prefix("network-").is_some_and(|rest| rest.ends_with(&format!("_{CHECKPOINT_NAME}")));
    let found = selections(tree).find(|found| is_one_of_several(found.file))?;
    Some(format!("{}/best-{}/{}", found.split.1, found.selection, found.file))
}

/// The number `n` of the folder `split-n`, or of `fold-n` before ClinicaDL 1.0.4.
pub(super) fn split_number(folder: &str) -> Option<u32> {
    folder.strip_prefix("split-").or_else(|| folder.strip_prefix("fold-"))?.parse().ok()
}

/// The folder of a path, without trailing slash.
pub(super) fn parent(path: &str) -> &str {
    path.strip_suffix(file_name(path)).unwrap_or_default().trim_end_matches('/')
}
