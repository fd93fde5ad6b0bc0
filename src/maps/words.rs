//! The words of `maps.json` for what was trained: task and mode.

use std::fmt;

/// What a network was trained for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// One logit per class.
    Classification,
    /// One value.
    Regression,
    /// An image.
    Reconstruction,
}

/// What a network takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The whole image.
    Image,
    /// A cube.
    Patch,
    /// A masked region.
    Roi,
    /// A 2D slice.
    Slice,
}

impl Task {
    /// `network_task` as it is written.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Task::Classification, Task::Regression, Task::Reconstruction].into_iter().find(|task| task.to_string() == word)
    }

    /// The network that ClinicaDL trains where none is asked for.
    pub(super) fn default_architecture(self) -> &'static str {
        match self {
            Task::Classification | Task::Regression => "Conv5_FC3",
            Task::Reconstruction => "AE_Conv5_FC3",
        }
    }

    /// The column that ClinicaDL learns where none is asked for.
    pub(super) fn default_label(self) -> Option<&'static str> {
        match self {
            Task::Classification => Some("diagnosis"),
            Task::Regression => Some("age"),
            Task::Reconstruction => None,
        }
    }
}

impl Mode {
    /// `mode` as it is written.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Mode::Image, Mode::Patch, Mode::Roi, Mode::Slice].into_iter().find(|mode| mode.to_string() == word)
    }
}

impl fmt::Display for Task {
    /// The word in `maps.json`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Task::Classification => "classification",
            Task::Regression => "regression",
            Task::Reconstruction => "reconstruction",
        })
    }
}

impl fmt::Display for Mode {
    /// The word in `maps.json` and in the names of result files.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Image => "image",
            Mode::Patch => "patch",
            Mode::Roi => "roi",
            Mode::Slice => "slice",
        })
    }
}
