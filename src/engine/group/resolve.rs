//! Which data group is meant: a stored one, or a new one of the sessions that were given.

use std::collections::BTreeMap;

use super::journal::is_journal;
use super::shard::Shard;
use crate::engine::failure::JobEnd;
use crate::files::FileTree;
use crate::maps::groups::{
    DataGroup, GroupDecision, GroupError, GroupRequest, NameOf, OverwriteRule, check_name, clean_path, decide, group_files, is_reserved,
    leaking,
};
use crate::maps::participants::repeated;
use crate::maps::{GroupSession, Maps, MapsError};
use crate::protocol::{Convention, InterpretOptions};

/// The sessions and the CAPS that a new group would be made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Offered {
    /// The participants, where they were given.
    pub sessions: Option<Vec<GroupSession>>,
    /// The CAPS, where it was given, as it is to be written down: in the words of the group that is stored, where both name
    /// the same folder.
    pub caps_directory: Option<String>,
    /// Whether the sessions are of several cohorts.
    pub multi_cohort: bool,
}

/// A data group, ready to be interpreted.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The group of each split; only the sessions of `train` and `validation` differ.
    pub by_split: BTreeMap<u32, DataGroup>,
    /// Files that define it, where it is new; paths within the MAPS.
    pub definition: Vec<(String, Vec<u8>)>,
    /// Results to erase first; paths within the MAPS.
    pub erase: Vec<String>,
    /// Warnings, one sentence each.
    pub warnings: Vec<String>,
}

/// Finds or makes the data group by the rules of ClinicaDL 1.6.1; `tree` is the MAPS as it is now.
///
/// A group that is defined already may be offered once more by a part of a run, or by a run that continues, if the definition
/// is the same.
///
/// # Errors
/// If the group cannot be used or made, or new participants were in training.
pub async fn resolve(
    maps: &Maps,
    tree: &FileTree,
    options: &InterpretOptions,
    offered: Offered,
    shard: Option<Shard>,
) -> Result<Resolved, JobEnd> {
    check_name(NameOf::Interpretation, &options.name).map_err(MapsError::from)?;
    let mut defined = maps.defined_groups(tree);
    if shard.is_some() && offered.sessions.is_some() && is_half_defined(maps, tree, &options.data_group) {
        // Another part is writing the same definition at this moment.
        defined.retain(|name| *name != options.data_group);
    }
    let may_repeat = defined.contains(&options.data_group) && (shard.is_some() || is_begun(tree, options));
    let offered = if may_repeat && is_stored(maps, tree, options, &offered).await? { Offered::default() } else { offered };
    let request = GroupRequest {
        name: &options.data_group,
        defined: &defined,
        caps_given: offered.caps_directory.is_some(),
        participants_given: offered.sessions.is_some(),
        overwrite: options.overwrite,
        rule: match options.convention {
            Convention::Clinicadl161 => OverwriteRule::KeepsDefinition,
            Convention::Corrected => OverwriteRule::ReplacesDefinition,
        },
    };
    let mut resolved = match decide(&request).map_err(MapsError::from)? {
        GroupDecision::UseStored { erase_results, warning } => {
            let erase = erased(maps, tree, options, erase_results);
            let warnings = warning.iter().map(ToString::to_string).collect();
            Resolved { by_split: stored(maps, tree, options).await?, definition: Vec::new(), erase, warnings }
        }
        GroupDecision::Create { erase_results } => {
            let group = new_group(maps, tree, options, offered).await?;
            let definition = group_files(&group, maps.config.label.as_deref()).to_vec();
            let by_split = splits(maps, options).map(|split| (split, group.clone())).collect();
            Resolved { by_split, definition, erase: erased(maps, tree, options, erase_results), warnings: Vec::new() }
        }
    };
    resolved.warn_of_repeated_sessions();
    Ok(resolved)
}

impl Resolved {
    /// Sessions that count more than once, as in ClinicaDL: a slip as a rule, and sometimes a weight.
    fn warn_of_repeated_sessions(&mut self) {
        let mut sentences: Vec<String> = Vec::new();
        for group in self.by_split.values() {
            let repeated = repeated(&group.sessions);
            let sentence = format!(
                "the data group {} holds sessions more than once: {}; each time counts in the mean, as in ClinicaDL, and their own maps \
                 are written once",
                group.name,
                repeated.join(", ")
            );
            if !repeated.is_empty() && !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
        self.warnings.extend(sentences);
    }
}

/// Whether a run of this name has left a journal, or parts.
fn is_begun(tree: &FileTree, options: &InterpretOptions) -> bool {
    let folder = format!("/{}/interpret-{}/", options.data_group, options.name);
    tree.paths().any(|path| path.split_once(&folder).is_some_and(|(_, name)| is_journal(name) || name.starts_with("maplens.shard-")))
}

/// Whether only one of the two files is there that define a group.
fn is_half_defined(maps: &Maps, tree: &FileTree, group: &str) -> bool {
    let root = if maps.root.is_empty() { String::new() } else { format!("{}/", maps.root) };
    let is_there = |file: &str| tree.contains(&format!("{root}groups/{group}/{file}"));
    !is_reserved(group) && is_there("data.tsv") != is_there("maps.json")
}

/// Whether what is offered is what is stored.
async fn is_stored(maps: &Maps, tree: &FileTree, options: &InterpretOptions, offered: &Offered) -> Result<bool, JobEnd> {
    let split = maps.splits.first().map_or(0, |split| split.number);
    let stored = maps.data_group(tree, &options.data_group, split).await?;
    Ok(stored.is_some_and(|stored| {
        let is_same_caps = offered.caps_directory.as_deref().map(clean_path) == Some(clean_path(&stored.caps_directory));
        is_same_caps && offered.sessions.as_ref() == Some(&stored.sessions)
    }))
}

fn splits<'a>(maps: &'a Maps, options: &'a InterpretOptions) -> impl Iterator<Item = u32> + 'a {
    let wanted = |number: &u32| options.splits.is_empty() || options.splits.contains(number);
    maps.splits.iter().map(|split| split.number).filter(wanted)
}

async fn stored(maps: &Maps, tree: &FileTree, options: &InterpretOptions) -> Result<BTreeMap<u32, DataGroup>, JobEnd> {
    let mut groups = BTreeMap::new();
    for split in splits(maps, options) {
        if let Some(group) = maps.data_group(tree, &options.data_group, split).await? {
            groups.insert(split, group);
        }
    }
    Ok(groups)
}

async fn new_group(maps: &Maps, tree: &FileTree, options: &InterpretOptions, offered: Offered) -> Result<DataGroup, JobEnd> {
    let name = options.data_group.clone();
    let sessions = offered.sessions.unwrap_or_default();
    let participants = leaking(&sessions, &maps.training_participants(tree).await?);
    if !participants.is_empty() && !is_reserved(&name) {
        return Err(MapsError::from(GroupError::Leakage { name, participants }).into());
    }
    let caps_directory = offered.caps_directory.unwrap_or_default();
    Ok(DataGroup { name, sessions, caps_directory, multi_cohort: offered.multi_cohort })
}

fn erased(maps: &Maps, tree: &FileTree, options: &InterpretOptions, erase_results: bool) -> Vec<String> {
    if !erase_results {
        return Vec::new();
    }
    let root = if maps.root.is_empty() { String::new() } else { format!("{}/", maps.root) };
    let results = maps.results_of_group(tree, &options.data_group);
    results.into_iter().filter_map(|path| Some(path.strip_prefix(&root)?.to_owned())).collect()
}
