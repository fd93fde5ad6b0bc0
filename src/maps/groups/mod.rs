//! Data groups: the folders `groups/<name>/` of a MAPS ↔ participants and their CAPS.

mod decision;
mod error;
mod files;
mod names;
mod results;

pub use decision::{GroupDecision, GroupRequest, GroupWarning, OverwriteRule, decide};
pub use error::{GroupError, NameOf};
pub use files::{clean_path, group_files};
pub use names::check_name;
pub use results::interpretation_path;

use std::collections::BTreeSet;

use super::json_keys::{Keys, key, required};
use super::layout::{self, MAPS_JSON, join};
use super::{ConfigError, GroupSession, Maps, MapsError, participants, python_json};
use crate::files::FileTree;
use crate::tsv::Table;

/// Names of the groups of the training itself, which are defined separately for every split.
const RESERVED: [&str; 2] = ["train", "validation"];

const DATA_TSV: &str = "data.tsv";

/// A named set of participants and sessions, on which a model is tested or interpreted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataGroup {
    /// Name of the group, and of its folder.
    pub name: String,
    /// The sessions in the order of the group's table.
    pub sessions: Vec<GroupSession>,
    /// The CAPS as it was given to ClinicaDL; of several cohorts, the table of their CAPS.
    pub caps_directory: String,
    /// Whether the participants are of several cohorts.
    pub multi_cohort: bool,
}

/// The summary of a data group for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGroup {
    /// Name of the group, and of its folder.
    pub name: String,
    /// Number of sessions; for `train` and `validation`, of the first split.
    pub n_sessions: usize,
    /// Whether the group is `train` or `validation`, which cannot be overwritten.
    pub is_reserved: bool,
}

/// Whether the name is `train` or `validation`.
pub fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// Participants of `sessions` that were in training, sorted: their saliency maps would be too optimistic.
pub fn leaking(sessions: &[GroupSession], training: &BTreeSet<String>) -> Vec<String> {
    let participants: BTreeSet<&String> = sessions.iter().map(|session| &session.participant_id).collect();
    participants.into_iter().filter(|participant| training.contains(*participant)).cloned().collect()
}

impl Maps {
    /// The stored definition of a group; `None` where there is no group of that name. Only `train` and `validation` depend
    /// on the split.
    ///
    /// # Errors
    /// If `train` or `validation` lacks that split, or a file of the definition is missing or malformed.
    pub async fn data_group(&self, tree: &FileTree, name: &str, split: u32) -> Result<Option<DataGroup>, MapsError> {
        let defined = join(&self.root, &format!("groups/{name}"));
        if tree.subtree(&defined).is_empty() {
            return Ok(None);
        }
        let folder = if is_reserved(name) { self.folder_of_split(tree, name, split)? } else { defined };
        let sessions = self.group_sessions(tree, name, &join(&folder, DATA_TSV)).await?;
        let (caps_directory, multi_cohort) = group_json(tree, name, &join(&folder, MAPS_JSON)).await?;
        Ok(Some(DataGroup { name: name.to_owned(), sessions, caps_directory, multi_cohort }))
    }

    /// All data groups, sorted by name, and an error for each group whose definition cannot be read.
    pub async fn group_names(&self, tree: &FileTree) -> (Vec<ListedGroup>, Vec<MapsError>) {
        let (mut groups, mut problems) = (Vec::new(), Vec::new());
        for name in self.defined_groups(tree) {
            let split = self.splits.first().map_or(0, |split| split.number);
            match self.data_group(tree, &name, split).await {
                Ok(group) => {
                    let n_sessions = group.map_or(0, |group| group.sessions.len());
                    groups.push(ListedGroup { n_sessions, is_reserved: is_reserved(&name), name });
                }
                Err(error) => problems.push(error),
            }
        }
        (groups, problems)
    }

    /// Names of the folders below `groups/`, sorted.
    pub fn defined_groups(&self, tree: &FileTree) -> Vec<String> {
        let groups = tree.subtree(&join(&self.root, "groups"));
        let names: BTreeSet<&str> = groups.paths().filter_map(|path| Some(path.split_once('/')?.0)).collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// All participants in training or validation of any split, and of the training that weights were transferred from.
    ///
    /// # Errors
    /// If `groups/train+validation.tsv` is missing or cannot be read, so that a new group cannot be checked for leakage.
    pub async fn training_participants(&self, tree: &FileTree) -> Result<BTreeSet<String>, MapsError> {
        let path = join(&self.root, "groups/train+validation.tsv");
        if !tree.contains(&path) {
            return Err(GroupError::NoTrainingTable { path }.into());
        }
        let table = Table::read(&path, &tree.read(&path).await?)?;
        Ok(table.column(participants::PARTICIPANT)?.map(str::to_owned).collect())
    }

    /// Path of a split's folder in a group, `groups/train/split-0`, under the name that this MAPS uses.
    fn folder_of_split(&self, tree: &FileTree, name: &str, split: u32) -> Result<String, GroupError> {
        let group = join(&self.root, &format!("groups/{name}"));
        let folders = tree.subtree(&group);
        let defined: BTreeSet<(u32, &str)> = folders.paths().filter_map(numbered_folder).collect();
        match defined.iter().find(|(number, _)| *number == split) {
            Some((_, folder)) => Ok(join(&group, folder)),
            None => {
                let defined = defined.into_iter().map(|(number, _)| number).collect();
                Err(GroupError::NotOfSplit { maps: self.name.clone(), name: name.to_owned(), split, defined })
            }
        }
    }

    async fn group_sessions(&self, tree: &FileTree, name: &str, path: &str) -> Result<Vec<GroupSession>, MapsError> {
        let table = Table::read(path, &read(tree, name, path).await?)?;
        Ok(participants::sessions_of_group(&table, self.config.label.as_deref())?)
    }
}

/// Number and name of the split's folder with which a path begins.
fn numbered_folder(path: &str) -> Option<(u32, &str)> {
    let (folder, _) = path.split_once('/')?;
    Some((layout::split_number(folder)?, folder))
}

/// The values of `caps_directory` and `multi_cohort` in a group's `maps.json`.
async fn group_json(tree: &FileTree, name: &str, path: &str) -> Result<(String, bool), MapsError> {
    let bytes = read(tree, name, path).await?;
    let json = python_json::parse(path, &bytes)?;
    let object = json.as_object().ok_or_else(|| ConfigError::NotAnObject { file: path.to_owned() })?;
    let keys = Keys { file: path, object };
    let caps_directory = required(&keys, key("caps_directory"), Keys::text)?.to_owned();
    Ok((caps_directory, keys.flag(key("multi_cohort"))?.unwrap_or(false)))
}

/// The bytes of a file that every definition has.
async fn read(tree: &FileTree, name: &str, path: &str) -> Result<Vec<u8>, MapsError> {
    if !tree.contains(path) {
        return Err(GroupError::Incomplete { name: name.to_owned(), missing: path.to_owned() }.into());
    }
    Ok(tree.read(path).await?)
}
