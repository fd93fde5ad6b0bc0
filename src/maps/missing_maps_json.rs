//! The error for files without a `maps.json`: recognises other versions of ClinicaDL and incomplete copies.

use super::MapsError;
use super::layout::{parent, split_number};
use crate::files::{FileTree, file_name};

/// Names of ClinicaDL 0.x: the file that it wrote where 1.x writes `maps.json`, and its checkpoints.
const VERSION_0_FILES: [&str; 2] = ["commandline.json", "model_best.pth.tar"];

/// Names of the folders of selections of ClinicaDL 0.x; 1.x writes a hyphen.
const VERSION_0_FOLDERS: [&str; 2] = ["best_loss", "best_balanced_accuracy"];

/// Names of files that only ClinicaDL 2 writes.
const VERSION_2_FILES: [&str; 2] = ["architecture.log", "caps_dataset.json"];

/// Names of files that ClinicaDL 2 writes instead of `maps.json`; other programs use the same names.
const VERSION_2_SETTINGS: [&str; 3] = ["model.json", "optimization.json", "computational.json"];

/// The most specific error for files without a `maps.json`.
pub(super) fn explain_absence(tree: &FileTree) -> MapsError {
    if let Some(path) = tree.paths().find(|path| is_of_version_0(path)) {
        return MapsError::Version0 { path: path.to_owned() };
    }
    let has_splits = tree.paths().any(|path| split_folder(path).is_some());
    if let Some(path) = tree.paths().find(|path| is_of_version_2(path, has_splits)) {
        return MapsError::Version2 { path: path.to_owned() };
    }
    match tree.paths().find_map(split_folder) {
        Some(folder) => MapsError::SplitsWithoutMapsJson { folder },
        None => MapsError::NoMapsJson { n_files: tree.len() },
    }
}

fn is_of_version_0(path: &str) -> bool {
    VERSION_0_FILES.contains(&file_name(path)) || path.split('/').any(|folder| VERSION_0_FOLDERS.contains(&folder))
}

/// Whether a path is that of a file of ClinicaDL 2; `has_splits` tells whether folders of splits were found.
fn is_of_version_2(path: &str, has_splits: bool) -> bool {
    let mut folders = path.split('/').zip(path.split('/').skip(1));
    let in_training = folders.any(|(above, below)| above == "training" && split_number(below).is_some());
    let name = file_name(path);
    in_training || VERSION_2_FILES.contains(&name) || has_splits && VERSION_2_SETTINGS.contains(&name)
}

/// Path of the first split's folder among the folders of a path.
fn split_folder(path: &str) -> Option<String> {
    let folder = parent(path);
    let depth = folder.split('/').position(|component| split_number(component).is_some())?;
    Some(folder.split('/').take(depth + 1).collect::<Vec<_>>().join("/"))
}
