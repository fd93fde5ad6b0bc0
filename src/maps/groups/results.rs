//! Results that a MAPS holds already, and what overwriting erases.

use super::super::layout::{join, split_number};
use super::Maps;
use crate::files::FileTree;

/// Folder of an interpretation's results within its MAPS, as ClinicaDL 1.6.1 names it.
pub fn interpretation_path(split_folder: &str, selection: &str, group: &str, name: &str) -> String {
    format!("{split_folder}/best-{selection}/{group}/interpret-{name}")
}

impl Maps {
    /// Folder of an interpretation's results, within the tree that was opened.
    ///
    /// `split_folder` is that of [`super::super::Split::folder`].
    pub fn interpretation_folder(&self, split_folder: &str, selection: &str, group: &str, name: &str) -> String {
        join(&self.root, &interpretation_path(split_folder, selection, group, name))
    }

    /// Whether an interpretation of that name has been written; ClinicaDL refuses to write it again.
    pub fn interpretation_exists(&self, tree: &FileTree, split_folder: &str, selection: &str, group: &str, name: &str) -> bool {
        !tree.subtree(&self.interpretation_folder(split_folder, selection, group, name)).is_empty()
    }

    /// What `--overwrite_name` erases for one split and selection: all files of that interpretation, sorted.
    pub fn results_of_interpretation(&self, tree: &FileTree, split_folder: &str, selection: &str, group: &str, name: &str) -> Vec<String> {
        results_below(tree, &self.interpretation_folder(split_folder, selection, group, name))
    }

    /// What `--overwrite` erases: `best-*/<group>/` of all splits and metrics, predictions and interpretations alike, sorted.
    pub fn results_of_group(&self, tree: &FileTree, group: &str) -> Vec<String> {
        let is_result = |path: &str| {
            let mut components = path.split('/');
            let in_split = components.next().is_some_and(|folder| split_number(folder).is_some());
            let in_selection = components.next().is_some_and(|folder| folder.starts_with("best-"));
            in_split && in_selection && components.next() == Some(group) && components.next().is_some()
        };
        let maps = tree.subtree(&self.root);
        maps.paths().filter(|path| is_result(path)).map(|path| join(&self.root, path)).collect()
    }
}

fn results_below(tree: &FileTree, folder: &str) -> Vec<String> {
    tree.subtree(folder).paths().map(|path| join(folder, path)).collect()
}
