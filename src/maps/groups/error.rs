//! Why a data group cannot be used, made or overwritten.

use super::NameOf;

/// What is wrong with a data group, or with what was asked of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// Not a folder's name.
    #[error("{name:?} cannot be the name of {of}: {why}")]
    BadName {
        /// What for.
        of: NameOf,
        /// The name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The group exists, and a definition was given, too.
    #[error("the data group {name} is already defined in this MAPS, and participants or a CAPS were given for it, too")]
    AlreadyDefined {
        /// The group.
        name: String,
    },
    /// `train` and `validation` say what was trained on.
    #[error("the data group {name} records what the network was trained on and cannot be overwritten")]
    Reserved {
        /// The group.
        name: String,
    },
    /// `train` or `validation` was not copied, and no other group may have its name.
    #[error("this MAPS has no data group {name}, and the name is reserved for the training's own")]
    ReservedAbsent {
        /// The group.
        name: String,
    },
    /// No such group, and not enough to make it.
    #[error("this MAPS has no data group {name}, and {missing} would be needed to make it; there is {}", list_or(defined, "none"))]
    NotDefined {
        /// The group.
        name: String,
        /// What was not given.
        missing: &'static str,
        /// The groups there are.
        defined: Vec<String>,
    },
    /// Overwriting with half a definition.
    #[error("the data group {name} cannot be replaced without {missing}")]
    HalfReplaced {
        /// The group.
        name: String,
        /// What was not given.
        missing: &'static str,
    },
    /// `train` or `validation` of another split.
    #[error("{maps}: the data group {name} is not defined for split {split}, only for {}", list_or(&splits(defined), "no split"))]
    NotOfSplit {
        /// The MAPS.
        maps: String,
        /// The group.
        name: String,
        /// The split.
        split: u32,
        /// The splits it is defined for.
        defined: Vec<u32>,
    },
    /// A file of the definition is not there.
    #[error("{missing}: missing, but the data group {name} is defined by it")]
    Incomplete {
        /// The group.
        name: String,
        /// The file.
        missing: String,
    },
    /// Nothing says who was in training.
    #[error("{path}: missing, so nobody can say whether the new participants were in training")]
    NoTrainingTable {
        /// The table.
        path: String,
    },
    /// Participants of the training in a new group.
    #[error(
        "{} of the data group {name} {} in training or validation: {}",
        counted(participants.len()), if participants.len() == 1 { "was" } else { "were" }, first_few(participants)
    )]
    Leakage {
        /// The group.
        name: String,
        /// Who, sorted.
        participants: Vec<String>,
    },
    /// Results of that name are there.
    #[error("{folder}: an interpretation of this name has already been written")]
    InterpretationExists {
        /// Its folder.
        folder: String,
    },
}

impl GroupError {
    /// What the user may do.
    pub fn hint(&self) -> String {
        match self {
            GroupError::BadName { .. } => "choose a name of letters, digits, hyphens and underscores",
            GroupError::AlreadyDefined { .. } => {
                "leave participants and CAPS out to use the stored group, choose another name for a new one, or overwrite it (--overwrite)"
            }
            GroupError::Reserved { .. } => "choose another name for the new group, or use the stored one without overwriting",
            GroupError::ReservedAbsent { .. } => {
                "copy the MAPS with its whole groups folder, or choose another name for a group of your own"
            }
            GroupError::NotDefined { .. } => {
                "check the group's name, or give both: the participants (--participants_tsv) and the CAPS (--caps_directory)"
            }
            GroupError::HalfReplaced { .. } => {
                "give both participants and CAPS to replace the definition, or neither to keep it and erase only the results"
            }
            GroupError::NotOfSplit { .. } => "choose one of these splits, or copy the whole groups folder of the MAPS",
            GroupError::Incomplete { .. } => "copy the whole groups folder of the MAPS, or define a group of another name",
            GroupError::NoTrainingTable { .. } => {
                "copy groups/train+validation.tsv along with the MAPS; whoever trained the network has it"
            }
            GroupError::Leakage { .. } => {
                "leave these participants out: maps of participants that the network has learnt do not show how it judges new ones"
            }
            GroupError::InterpretationExists { .. } => "choose another name, or let the old results be replaced (--overwrite_name)",
        }
        .to_owned()
    }
}

fn list_or(words: &[String], none: &str) -> String {
    if words.is_empty() { none.to_owned() } else { words.join(", ") }
}

fn splits(numbers: &[u32]) -> Vec<String> {
    numbers.iter().map(|number| format!("split {number}")).collect()
}

fn counted(n: usize) -> String {
    if n == 1 { "1 participant".to_owned() } else { format!("{n} participants") }
}

/// A list that still fits a sentence.
pub(in crate::maps) fn first_few(words: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown = words.get(..SHOWN).unwrap_or(words).join(", ");
    if words.len() > SHOWN { format!("{shown} and {} more", words.len() - SHOWN) } else { shown }
}
