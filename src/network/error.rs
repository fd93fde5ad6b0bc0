//! The errors between a checkpoint and a gradient.

use crate::files::FileError;
use crate::maps::architectures::{ArchitectureKind, kind_of};
use crate::pace::Stopped;

/// Why a network could not be built or walked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NetworkError {
    /// Not one of the architectures that can be explained here.
    #[error("architecture {found}{} cannot be explained here; supported are {}", kind_in_words(found), supported.join(", "))]
    Architecture {
        /// The name in maps.json.
        found: String,
        /// The names of all that can be explained.
        supported: Vec<&'static str>,
    },
    /// A RandomArchitecture whose layers are not known.
    #[error("maps.json does not say which layers were drawn for this RandomArchitecture")]
    NoRandomArchitecture,
    /// The checkpoint does not hold the weights that the architecture needs.
    #[error("the checkpoint does not fit {architecture}: {}", list(problems))]
    Checkpoint {
        /// The architecture that was to be built.
        architecture: &'static str,
        /// Every key that is missing or has the wrong shape.
        problems: Vec<KeyProblem>,
    },
    /// The weights cannot be read any more.
    #[error(transparent)]
    Unreadable(FileError),
    /// maps.json gives an input that the architecture cannot take.
    #[error("{architecture} takes channels × {} axes of at least one voxel, not the input_size {found:?} of maps.json", either(axes))]
    InputSize {
        /// The architecture that was to be built.
        architecture: &'static str,
        /// Numbers of spatial axes that it can take.
        axes: &'static [usize],
        /// The value of `input_size`.
        found: Vec<usize>,
    },
    /// The layers that shrink the input leave no voxel of it.
    #[error("an input of {} is too small for {architecture}: its layers leave no voxel of it", times(found))]
    InputTooSmall {
        /// The architecture that was to be built.
        architecture: &'static str,
        /// Channels, then axes.
        found: Vec<usize>,
    },
    /// The image is not of the size the network was trained on.
    #[error("the network takes an input of {} but the image gives {}", times(expected), times(found))]
    InputShape {
        /// Channels, then axes.
        expected: Vec<usize>,
        /// Channels, then axes.
        found: Vec<usize>,
    },
    /// The image holds NaN or infinity.
    #[error("{n_broken} of the {n_values} values that the network would be given are NaN or infinite")]
    InputNotFinite {
        /// Number of values that are NaN or infinite.
        n_broken: usize,
        /// Number of all values.
        n_values: usize,
    },
    /// The network has no such output node.
    #[error("output node {target} does not exist: the network has nodes 0 to {}", n_outputs.saturating_sub(1))]
    Target {
        /// The requested node.
        target: usize,
        /// Number of nodes.
        n_outputs: usize,
    },
    /// One row of a layer is larger than the device can bind.
    #[error("one row of a layer takes {needed} bytes, but this device binds at most {limit} bytes at once")]
    TooLargeForDevice {
        /// Bytes of one row.
        needed: u64,
        /// The limit.
        limit: u64,
    },
    /// A map needs more memory than there can be.
    #[error("a map takes about {} MB with the weights, but at most {} MB can be had here", needed / 1_000_000, limit / 1_000_000)]
    TooLargeForMemory {
        /// Bytes of weights and activations.
        needed: u64,
        /// The limit.
        limit: u64,
    },
    /// The device failed.
    #[error("the compute device failed ({reason})")]
    Device {
        /// The device's error message.
        reason: String,
    },
    /// The pace stopped the walk, which is no error of the network.
    #[error("stopped")]
    Stopped,
}

/// A key of the checkpoint that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyProblem {
    /// The checkpoint does not have the key.
    Missing {
        /// The key.
        key: String,
    },
    /// The key's tensor has another shape.
    Shape {
        /// The key.
        key: String,
        /// The shape that the architecture needs; 0 stands for any number.
        expected: Vec<usize>,
        /// The shape that the checkpoint has.
        found: Vec<usize>,
    },
    /// The values of the key's tensor cannot be read.
    Unreadable {
        /// The key.
        key: String,
        /// The reason, in words.
        reason: String,
    },
    /// Values of the key's tensor are NaN or infinite: a training that diverged leaves such weights.
    NotFinite {
        /// The key.
        key: String,
        /// Number of values that are NaN or infinite.
        n_broken: usize,
        /// Number of all values.
        n_values: usize,
    },
}

impl NetworkError {
    /// Advice to the user, as an imperative sentence without a full stop.
    pub fn hint(&self) -> String {
        match self {
            Self::Architecture { .. } => "choose a MAPS trained with one of the supported architectures",
            Self::Checkpoint { .. } => "check that maps.json and the checkpoint belong to the same training",
            Self::Unreadable(error) => error.hint(),
            Self::NoRandomArchitecture => "copy maps.json again: convolutions_dict, n_fcblocks and network_normalization are needed",
            Self::InputSize { .. } | Self::InputTooSmall { .. } => "check that maps.json is the one of this training",
            Self::InputNotFinite { .. } => "check the image, and how it was normalised",
            Self::InputShape { .. } => "choose an image preprocessed as the training images were",
            Self::Target { .. } => "choose one of the listed output nodes",
            Self::TooLargeForMemory { .. } => "choose WebGPU as device, or use the command line",
            Self::TooLargeForDevice { .. } | Self::Device { .. } => "choose the CPU as device, or reload the page",
            Self::Stopped => "compute again",
        }
        .to_owned()
    }
}

impl From<Stopped> for NetworkError {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl std::fmt::Display for KeyProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing { key } => write!(f, "{key} is missing"),
            Self::Shape { key, expected, found } => write!(f, "{key} is {} instead of {}", times(found), times(expected)),
            Self::NotFinite { key, n_broken, n_values } => {
                write!(f, "{n_broken} of the {n_values} values of {key} are NaN or infinite, as a diverged training leaves them")
            }
            Self::Unreadable { key, reason } => write!(f, "{key} cannot be read ({reason})"),
        }
    }
}

/// The kind of an architecture of ClinicaDL 1.6.1 as an insertion into a sentence; empty for CNNs and for names that ClinicaDL does not
/// have.
fn kind_in_words(architecture: &str) -> &'static str {
    match kind_of(architecture) {
        Some(ArchitectureKind::Autoencoder) => ", an autoencoder, whose output is an image and no node,",
        Some(ArchitectureKind::VariationalAutoencoder) => ", a variational autoencoder, whose output is an image and no node,",
        Some(ArchitectureKind::Generator) => ", a generator, whose output is an image and no node,",
        Some(ArchitectureKind::Cnn | ArchitectureKind::DomainAdaptation) | None => "",
    }
}

fn either(numbers: &[usize]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}

/// How many problems a sentence names before it only counts them.
const N_NAMED: usize = 4;

fn list(problems: &[KeyProblem]) -> String {
    let named: Vec<String> = problems.iter().take(N_NAMED).map(ToString::to_string).collect();
    match problems.len().saturating_sub(N_NAMED) {
        0 => named.join("; "),
        more => format!("{}; and {more} more", named.join("; ")),
    }
}

fn times(shape: &[usize]) -> String {
    let number = |&n: &usize| if n == 0 { "any".to_owned() } else { n.to_string() };
    shape.iter().map(number).collect::<Vec<_>>().join("×")
}
