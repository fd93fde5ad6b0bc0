//! The end of a job without its result: every error of the rooms below becomes one sentence and one hint, or a cancel.

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
pub enum JobEnd {
    /// Something is wrong with the files or options.
    Failed(Failure),
    /// The device or the store has failed: no further item of the job can be computed.
    Broken(Failure),
    /// The user cancelled the job.
    Cancelled,
}

impl JobEnd {
    /// A failure in words.
    pub fn because(what: impl ToString, hint: impl ToString) -> Self {
        Self::Failed(Failure { what: what.to_string(), hint: hint.to_string() })
    }

    /// Puts the file or model that a failure is about before its sentence.
    pub fn about(self, subject: &str) -> Self {
        match self {
            Self::Failed(Failure { what, hint }) => Self::because(format!("{subject}: {what}"), hint),
            other => other,
        }
    }

    /// Turns a failure of one job into one after which no job can continue.
    pub fn broken(self) -> Self {
        match self {
            Self::Failed(failure) => Self::Broken(failure),
            other => other,
        }
    }

    /// The closing event of the job.
    pub fn into_event(self) -> Event {
        match self {
            Self::Failed(failure) | Self::Broken(failure) => Event::Failed(failure),
            Self::Cancelled => Event::Cancelled,
        }
    }
}

impl From<FileError> for JobEnd {
    fn from(error: FileError) -> Self {
        let hint = error.hint();
        Self::because(error, hint)
    }
}

impl From<NetworkError> for JobEnd {
    fn from(error: NetworkError) -> Self {
        match error {
            NetworkError::Stopped => Self::Cancelled,
            NetworkError::Device { .. } => Self::because(&error, error.hint()).broken(),
            error => Self::because(&error, error.hint()),
        }
    }
}

impl From<Stopped> for JobEnd {
    fn from(_: Stopped) -> Self {
        Self::Cancelled
    }
}

impl From<MapsError> for JobEnd {
    fn from(error: MapsError) -> Self {
        Self::because(&error, error.hint())
    }
}

impl From<CapsError> for JobEnd {
    fn from(error: CapsError) -> Self {
        Self::because(&error, error.hint())
    }
}

impl From<TsvError> for JobEnd {
    fn from(error: TsvError) -> Self {
        Self::because(error, "save the table as UTF-8 text separated by tabs, with the columns that are named")
    }
}

impl From<ParticipantsError> for JobEnd {
    fn from(error: ParticipantsError) -> Self {
        Self::because(&error, error.hint())
    }
}

impl From<TorchFileError> for JobEnd {
    fn from(error: TorchFileError) -> Self {
        Self::because(&error, error.hint())
    }
}

/// A request that opens files came without any.
pub fn no_files() -> JobEnd {
    JobEnd::because("no files were given", "choose a folder, an archive or files")
}

/// A request needs a map before there is one.
pub fn no_map() -> JobEnd {
    JobEnd::because("there is no map yet", "compute a map first")
}

/// A request needs a model before one is loaded.
pub fn no_model() -> JobEnd {
    JobEnd::because("no model is loaded", "choose a MAPS folder or archive first")
}

/// A request needs images before any are opened.
pub fn no_images() -> JobEnd {
    JobEnd::because("no images are loaded", "choose participants' images first")
}
