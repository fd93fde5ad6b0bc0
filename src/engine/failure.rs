//! How every error of the rooms below becomes one sentence and one hint, or a cancel.

use crate::caps::CapsError;
use crate::files::FileError;
use crate::maps::MapsError;
use crate::maps::participants::ParticipantsError;
use crate::network::NetworkError;
use crate::pace::Stopped;
use crate::protocol::{Event, Failure};
use crate::torch_file::TorchFileError;
use crate::tsv::TsvError;

/// Why a job ended without its result.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    /// Something is wrong with what was given.
    Failed(Failure),
    /// The device or the store cannot go on.
    Broken(Failure),
    /// The user wanted it so.
    Cancelled,
}

impl Ended {
    /// A failure in words.
    pub fn because(what: impl ToString, hint: impl ToString) -> Self {
        Self::Failed(Failure { what: what.to_string(), hint: hint.to_string() })
    }

    /// The same with the file or model it is about in front.
    pub fn about(self, subject: &str) -> Self {
        match self {
            Self::Failed(Failure { what, hint }) => Self::because(format!("{subject}: {what}"), hint),
            other => other,
        }
    }

    /// The same for something without which no job can go on.
    pub fn broken(self) -> Self {
        match self {
            Self::Failed(failure) => Self::Broken(failure),
            other => other,
        }
    }

    /// What the page is told.
    pub fn into_event(self) -> Event {
        match self {
            Self::Failed(failure) | Self::Broken(failure) => Event::Failed(failure),
            Self::Cancelled => Event::Cancelled,
        }
    }
}

impl From<FileError> for Ended {
    fn from(error: FileError) -> Self {
        let hint = error.hint();
        Self::because(error, hint)
    }
}

impl From<NetworkError> for Ended {
    fn from(error: NetworkError) -> Self {
        match error {
            NetworkError::Stopped => Self::Cancelled,
            NetworkError::Device { .. } => Self::because(&error, error.hint()).broken(),
            error => Self::because(&error, error.hint()),
        }
    }
}

impl From<Stopped> for Ended {
    fn from(_: Stopped) -> Self {
        Self::Cancelled
    }
}

impl From<MapsError> for Ended {
    fn from(error: MapsError) -> Self {
        Self::because(&error, error.hint())
    }
}

impl From<CapsError> for Ended {
    fn from(error: CapsError) -> Self {
        Self::because(&error, error.hint())
    }
}

impl From<TsvError> for Ended {
    fn from(error: TsvError) -> Self {
        Self::because(error, "save the table as UTF-8 text separated by tabs, with the columns that are named")
    }
}

impl From<ParticipantsError> for Ended {
    fn from(error: ParticipantsError) -> Self {
        Self::because(&error, error.hint())
    }
}

impl From<TorchFileError> for Ended {
    fn from(error: TorchFileError) -> Self {
        Self::because(&error, error.hint())
    }
}

/// Nothing came with a request that opens files.
pub fn no_files() -> Ended {
    Ended::because("no files were given", "choose a folder, an archive or files")
}

/// What needs a map was asked for before there was one.
pub fn no_map() -> Ended {
    Ended::because("there is no map yet", "compute a map first")
}

/// The same of a model.
pub fn no_model() -> Ended {
    Ended::because("no model is loaded", "choose a MAPS folder or archive first")
}

/// The same of images.
pub fn no_images() -> Ended {
    Ended::because("no images are loaded", "choose participants' images first")
}
