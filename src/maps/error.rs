//! Why a folder holds no model that can be explained.

use super::{ConfigError, GroupError, ParticipantsError};
use crate::files::FileError;
use crate::torch_file::{Flaw, TorchFileError};
use crate::tsv::TsvError;

/// What is wrong with the folder of a trained model.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MapsError {
    /// There is no `maps.json`.
    #[error("no maps.json in what was given (files looked at: {n_files})")]
    NoMapsJson {
        /// Number of files that were given.
        n_files: usize,
    },
    /// The model was trained with ClinicaDL 0.x.
    #[error("{path}: a model trained with ClinicaDL 0.x, whose networks and files differ from those of 1.x")]
    Version0 {
        /// The file by which it was recognised.
        path: String,
    },
    /// The model was trained with ClinicaDL 2.
    #[error("{path}: a model trained with ClinicaDL 2, which is laid out differently and has no maps.json")]
    Version2 {
        /// The file by which it was recognised.
        path: String,
    },
    /// There are splits, but no `maps.json` beside them.
    #[error("{folder}: trained splits, but no maps.json beside them")]
    SplitsWithoutMapsJson {
        /// The first split's folder.
        folder: String,
    },
    /// More than one model was given.
    #[error("{} models were given at once: {}", roots.len(), roots.join(", "))]
    SeveralMaps {
        /// Their folders.
        roots: Vec<String>,
    },
    /// `maps.json` cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no checkpoint.
    #[error("no trained checkpoint: {looked_for} and its like are missing")]
    NoCheckpoint {
        /// The path of the usual checkpoint.
        looked_for: String,
    },
    /// One network was trained for each element.
    #[error("{file}: a multi-network model, one network per element, which ClinicaDL cannot interpret either")]
    MultiNetwork {
        /// The `maps.json`, or a checkpoint of one network.
        file: String,
    },
    /// The network reconstructs images.
    #[error("{file}: {architecture} reconstructs images and has no output node that could be explained")]
    Reconstruction {
        /// The `maps.json`.
        file: String,
        /// The network's class.
        architecture: String,
    },
    /// There is no checkpoint for a split and selection.
    #[error("{maps}: no checkpoint for split {split}, best {selection}; there is {trained}")]
    NotTrained {
        /// The folder's name.
        maps: String,
        /// The split asked for.
        split: u32,
        /// The selection asked for.
        selection: String,
        /// The checkpoints that exist, in words.
        trained: String,
    },
    /// A value in a table of predictions is no number.
    #[error("{file}: row {row}, column {column}: {found:?} is no number")]
    BadPrediction {
        /// The table.
        file: String,
        /// Row below the header, from 1.
        row: usize,
        /// The column.
        column: String,
        /// The value.
        found: String,
    },
    /// A data group cannot be used.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// A table of participants cannot be used.
    #[error(transparent)]
    Participants(#[from] ParticipantsError),
    /// A table cannot be read.
    #[error(transparent)]
    Table(#[from] TsvError),
    /// A file's bytes cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file is no checkpoint.
    #[error(transparent)]
    TorchFile(TorchFileError),
}

impl From<TorchFileError> for MapsError {
    fn from(error: TorchFileError) -> Self {
        match error.flaw {
            Flaw::Unreadable(error) => Self::File(error),
            _ => Self::TorchFile(error),
        }
    }
}

impl MapsError {
    /// What the user may do.
    pub fn hint(&self) -> String {
        let hint = match self {
            MapsError::NoMapsJson { .. } => {
                "choose the MAPS folder itself, the one that holds maps.json (and split-0, groups …), or an archive of it"
            }
            MapsError::Version0 { .. } => "train the network again with ClinicaDL 1.6.1, or choose a model of ClinicaDL 1.x",
            MapsError::Version2 { .. } => {
                "choose a model of ClinicaDL 1.x; ClinicaDL 2 has no interpret command, and its models are not read"
            }
            MapsError::SplitsWithoutMapsJson { .. } => "choose the folder above, which holds maps.json",
            MapsError::SeveralMaps { .. } => "choose one of these folders",
            MapsError::Config(error) => return error.hint(),
            MapsError::NoCheckpoint { .. } => {
                "copy the whole MAPS folder; a checkpoint downloaded through Git LFS may still be a pointer file"
            }
            MapsError::MultiNetwork { .. } => "train one network for all elements (multi_network = false)",
            MapsError::Reconstruction { .. } => "choose a model trained for classification or regression",
            MapsError::NotTrained { .. } => "choose one of the trained checkpoints",
            MapsError::BadPrediction { .. } => "copy the MAPS again as ClinicaDL wrote it; the table seems to be edited",
            MapsError::Group(error) => return error.hint(),
            MapsError::Participants(error) => return error.hint(),
            MapsError::Table(_) => "give the table as ClinicaDL wrote it: UTF-8 text, columns separated by tabs",
            MapsError::File(error) => error.hint(),
            MapsError::TorchFile(error) => return error.hint().to_owned(),
        };
        hint.to_owned()
    }
}
