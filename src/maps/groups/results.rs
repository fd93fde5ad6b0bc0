//! Results that a MAPS already has, and the files that overwriting erases.

use crate::files::FileTree;
use crate::maps::Maps;
use crate::maps::layout::{join, split_number};

/// Path of an interpretation's folder within its MAPS, as ClinicaDL 1.6.1 names it.
pub fn interpretation_path(split_folder: &str, selection: &str, group: &str, name: &str) -> String {
    format!("{split_folder}/best-{selection}/{group}/interpret-{name}")
}

impl Maps {
    /// Path of an interpretation's folder in the tree that was opened.
    ///
    /// `split_folder` is the split's [`folder`](crate::maps::Split::folder).
    pub fn interpretation_folder(&self, split_folder: &str, selection: &str, group: &str, name: &str) -> String {
        join(&self.root, &interpretation_path(split_folder, selection, group, name))
    }

    /// Whether there are results of that interpretation; ClinicaDL refuses to write it again.
    pub fn interpretation_exists(&self, tree: &FileTree, split_folder: &str, selection: &str, group: &str, name: &str) -> bool {
        !tree.subtree(&self.interpretation_folder(split_folder, selection, group, name)).is_empty()
    }

    /// Paths of the files that `--overwrite_name` erases for one split and selection: all of that interpretation, sorted.
    pub fn results_of_interpretation(&self, tree: &FileTree, split_folder: &str, selection: &str, group: &str, name: &str) -> Vec<String> {
        results_below(tree, &self.interpretation_folder(split_folder, selection, group, name))
    }

    /// Paths of the files that `--overwrite` erases: all in `best-*/<group>/` of all splits and metrics, both predictions and
    /// interpretations, sorted.
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
