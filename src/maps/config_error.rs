//! Why a `maps.json` cannot be used.

use super::Mode;
use crate::volume::grid::times;

/// What is wrong with a `maps.json`; each variant names the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file is not JSON.
    #[error("{file}: not valid JSON ({reason})")]
    NotJson {
        /// The file.
        file: String,
        /// The parser's message, with line and column.
        reason: String,
    },
    /// The file is JSON, but no object.
    #[error("{file}: a JSON object with the training parameters was expected")]
    NotAnObject {
        /// The file.
        file: String,
    },
    /// The object describes no training.
    #[error("{file}: says nothing of a training with ClinicaDL 1.x (keys network_task, architecture, input_size, output_size)")]
    NotATraining {
        /// The file.
        file: String,
    },
    /// The mode at the top level contradicts the mode in the preprocessing.
    #[error("{file}: key \"mode\" is \"{mode}\", but \"{extracted}\" in \"preprocessing_dict\"")]
    ModesDisagree {
        /// The file.
        file: String,
        /// The mode at the top level.
        mode: Mode,
        /// The mode in the preprocessing.
        extracted: Mode,
    },
    /// The network's input does not have the size of the elements that are cut from images.
    #[error("{file}: key \"input_size\" is {}, but {element} has {expected}", times(input_size))]
    InputSizeDisagrees {
        /// The file.
        file: String,
        /// Channels, then spatial axes.
        input_size: Vec<usize>,
        /// The element in words.
        element: &'static str,
        /// Channels and axes of the element, in words.
        expected: String,
    },
    /// A key without default is absent.
    #[error("{file}: key \"{key}\" is missing")]
    MissingKey {
        /// The file.
        file: String,
        /// The key.
        key: &'static str,
    },
    /// A key has an unexpected value.
    #[error("{file}: key \"{key}\" is {found}, but {expected} was expected")]
    BadValue {
        /// The file.
        file: String,
        /// The key.
        key: &'static str,
        /// Value of the key as JSON.
        found: String,
        /// The expected value, in words.
        expected: &'static str,
    },
}

impl ConfigError {
    /// What the user may do.
    pub fn hint(&self) -> String {
        match self {
            ConfigError::NotJson { .. } | ConfigError::NotAnObject { .. } => {
                "the file is damaged or is no ClinicaDL maps.json: copy the MAPS folder again"
            }
            ConfigError::ModesDisagree { .. } | ConfigError::InputSizeDisagrees { .. } => {
                "take the maps.json that ClinicaDL wrote with these checkpoints; this one seems to be edited or mixed from two trainings"
            }
            ConfigError::MissingKey { .. } | ConfigError::NotATraining { .. } => {
                "choose a MAPS folder of ClinicaDL 1.x; a maps.json below groups/ or of ClinicaDL 2 describes something else"
            }
            ConfigError::BadValue { .. } => "correct the value in maps.json as ClinicaDL 1.6.1 writes it",
        }
        .to_owned()
    }
}
