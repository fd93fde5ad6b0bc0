//! Why a folder is no model that can be explained, in the user's words.

use super::{ConfigError, Mode};
use crate::files::FileError;
use crate::torch_file::TorchFileError;

/// What is wrong with a trained-model folder.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MapsError {
    /// No `maps.json` anywhere.
    #[error("no maps.json in what was given (files looked at: {n_files})")]
    NoMapsJson {
        /// Files looked at.
        n_files: usize,
    },
    /// A model of ClinicaDL 0.x.
    #[error("{path}: a model trained with ClinicaDL 0.x, whose networks and files differ from those of 1.x")]
    Version0 {
        /// The file that gives it away.
        path: String,
    },
    /// Splits without `maps.json`.
    #[error("{folder}: trained splits, but no maps.json beside them")]
    SplitsWithoutMapsJson {
        /// The first split's folder.
        folder: String,
    },
    /// More than one model.
    #[error("{} models were given at once: {}", roots.len(), roots.join(", "))]
    SeveralMaps {
        /// Their folders.
        roots: Vec<String>,
    },
    /// `maps.json` does not say what is needed.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No weights.
    #[error("no trained checkpoint: {looked_for} and its like are missing")]
    NoCheckpoint {
        /// The path of the usual checkpoint.
        looked_for: String,
    },
    /// Several networks trained side by side.
    #[error("{file}: a multi-network model, one network per element, which ClinicaDL cannot interpret either")]
    MultiNetwork {
        /// The `maps.json`.
        file: String,
    },
    /// An autoencoder.
    #[error("{file}: {architecture} reconstructs images and has no output node that could be explained")]
    Reconstruction {
        /// The `maps.json`.
        file: String,
        /// The network's class.
        architecture: String,
    },
    /// A mode that is not explained yet.
    #[error("{maps}: trained in {mode} mode on inputs of {}, and only whole 3D images are explained so far", times(input_size))]
    UnsupportedMode {
        /// The folder's name.
        maps: String,
        /// What the network takes.
        mode: Mode,
        /// Channels, then spatial axes.
        input_size: Vec<usize>,
    },
    /// No such split or selection.
    #[error("{maps}: no checkpoint for split {split}, best {selection}; there is {trained}")]
    NotTrained {
        /// The folder's name.
        maps: String,
        /// The split asked for.
        split: u32,
        /// The selection asked for.
        selection: String,
        /// What there is.
        trained: String,
    },
    /// Bytes could not be had.
    #[error(transparent)]
    File(#[from] FileError),
    /// Not a checkpoint.
    #[error(transparent)]
    TorchFile(#[from] TorchFileError),
}

impl MapsError {
    /// What the user may do.
    pub fn hint(&self) -> String {
        let hint = match self {
            MapsError::NoMapsJson { .. } => {
                "choose the MAPS folder itself, the one that holds maps.json (and split-0, groups …), or an archive of it"
            }
            MapsError::Version0 { .. } => "train the network again with ClinicaDL 1.6.1, or choose a model of ClinicaDL 1.x",
            MapsError::SplitsWithoutMapsJson { .. } => {
                "choose the folder above, which holds maps.json; models of ClinicaDL 2, which is laid out differently, are not read"
            }
            MapsError::SeveralMaps { .. } => "choose one of these folders",
            MapsError::Config(error) => return error.hint(),
            MapsError::NoCheckpoint { .. } => {
                "copy the whole MAPS folder; a checkpoint downloaded through Git LFS may still be a pointer file"
            }
            MapsError::MultiNetwork { .. } => "train one network for all elements (multi_network = false)",
            MapsError::Reconstruction { .. } => "choose a model trained for classification or regression",
            MapsError::UnsupportedMode { .. } => "choose a model trained with `clinicadl train … ` on an image-mode preprocessing JSON",
            MapsError::NotTrained { .. } => "choose one of the trained checkpoints",
            MapsError::File(_) => "give the file again; the browser may have lost access to it",
            MapsError::TorchFile(error) => return error.hint().to_owned(),
        };
        hint.to_owned()
    }
}

fn times(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}
