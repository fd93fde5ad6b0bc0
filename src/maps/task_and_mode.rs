//! Task and mode of a training, as `maps.json` writes them.

use std::fmt;

/// The task that a network was trained for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// The output is one logit per class.
    Classification,
    /// The output is one value.
    Regression,
    /// The output is an image.
    Reconstruction,
}

/// The part of an image that is one input of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The whole image.
    Image,
    /// A cube of the image.
    Patch,
    /// A masked region of the image.
    Roi,
    /// A 2D slice of the image.
    Slice,
}

impl Task {
    /// The task of a value of `network_task`.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Task::Classification, Task::Regression, Task::Reconstruction].into_iter().find(|task| task.to_string() == word)
    }

    /// The network class that ClinicaDL trains by default.
    pub(super) fn default_architecture(self) -> &'static str {
        match self {
            Task::Classification | Task::Regression => "Conv5_FC3",
            Task::Reconstruction => "AE_Conv5_FC3",
        }
    }

    /// The column that ClinicaDL learns by default.
    pub(super) fn default_label(self) -> Option<&'static str> {
        match self {
            Task::Classification => Some("diagnosis"),
            Task::Regression => Some("age"),
            Task::Reconstruction => None,
        }
    }
}

impl Mode {
    /// The mode of a value of `mode`.
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
