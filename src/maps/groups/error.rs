//! Why a data group cannot be used, defined or overwritten.

use std::fmt;

use crate::maps::sentence::first_few;

/// The thing that a name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameOf {
    /// A data group: `DATA_GROUP`.
    DataGroup,
    /// An interpretation: `NAME`.
    Interpretation,
}

/// Why a data group cannot be used, defined or overwritten.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// The name cannot be that of a folder.
    #[error("{name:?} cannot be the name of {of}: {why}")]
    BadName {
        /// The thing that the name is for.
        of: NameOf,
        /// The name.
        name: String,
        /// What is wrong with the name.
        why: &'static str,
    },
    /// The group is stored, and participants or a CAPS were given as well.
    #[error("the data group {name} is already defined in this MAPS, and participants or a CAPS were given for it, too")]
    AlreadyDefined {
        /// The group.
        name: String,
    },
    /// `train` and `validation` record the training and cannot be overwritten.
    #[error("the data group {name} records what the network was trained on and cannot be overwritten")]
    Reserved {
        /// The group.
        name: String,
    },
    /// `train` or `validation` is missing, and no other group may have its name.
    #[error("this MAPS has no data group {name}, and the name is reserved for the training's own")]
    ReservedAbsent {
        /// The group.
        name: String,
    },
    /// There is no such group, and not enough was given to define it.
    #[error("this MAPS has no data group {name}, and {missing} would be needed to make it; there is {}", list_or(defined, "none"))]
    NotDefined {
        /// The group.
        name: String,
        /// The missing part of the definition, in words.
        missing: &'static str,
        /// The groups that are defined.
        defined: Vec<String>,
    },
    /// Overwriting was asked for with only half of a definition.
    #[error("the data group {name} cannot be replaced without {missing}")]
    HalfReplaced {
        /// The group.
        name: String,
        /// The missing part of the definition, in words.
        missing: &'static str,
    },
    /// `train` or `validation` is not defined for the split.
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
    /// A file of the definition is missing.
    #[error("{missing}: missing, but the data group {name} is defined by it")]
    Incomplete {
        /// The group.
        name: String,
        /// The file.
        missing: String,
    },
    /// The table of the training's participants is missing.
    #[error("{path}: missing, so nobody can say whether the new participants were in training")]
    NoTrainingTable {
        /// The table.
        path: String,
    },
    /// Participants of the training are in the new group.
    #[error(
        "{} of the data group {name} {} in training or validation: {}",
        counted(participants.len()), if participants.len() == 1 { "was" } else { "were" }, first_few(participants)
    )]
    Leakage {
        /// The group.
        name: String,
        /// These participants, sorted.
        participants: Vec<String>,
    },
    /// There are results of that name.
    #[error("{folder}: an interpretation of this name has already been written")]
    InterpretationExists {
        /// Path of the interpretation's folder.
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

impl fmt::Display for NameOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NameOf::DataGroup => "a data group",
            NameOf::Interpretation => "an interpretation",
        })
    }
}
