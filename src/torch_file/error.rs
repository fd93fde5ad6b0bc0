//! Why a torch file could not be read, in numbers, and what to do about it.

use std::fmt;

use crate::files::FileError;

/// A [`Flaw`] and the file it was found in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TorchFileError {
    /// The file as the user knows it.
    pub file: String,
    /// What is wrong with the file.
    pub flaw: Flaw,
}

impl TorchFileError {
    /// What the user may do.
    pub fn hint(&self) -> &'static str {
        self.flaw.hint()
    }
}

impl fmt::Display for TorchFileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.flaw {
            // The file's own error names the file.
            Flaw::Unreadable(error) => error.fmt(formatter),
            flaw => write!(formatter, "{}: {flaw}", self.file),
        }
    }
}

impl std::error::Error for TorchFileError {}

/// What is wrong with a torch file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The file's bytes cannot be read.
    #[error(transparent)]
    Unreadable(#[from] FileError),
    /// The file begins like something else.
    #[error("not a file written by torch.save: it is {found}")]
    NotTorch {
        /// The format that the file seems to have.
        found: &'static str,
    },
    /// The format of torch before 0.1.10.
    #[error("a tar archive, as torch wrote before version 0.1.10 (2017), not a ZIP or pickle container")]
    OldTar,
    /// The file ends too early.
    #[error("truncated: {what} needs {needed} bytes, but {available} are left")]
    Truncated {
        /// The part that is cut.
        what: &'static str,
        /// Bytes it needs.
        needed: u64,
        /// Bytes that are there.
        available: u64,
    },
    /// The ZIP container cannot be read.
    #[error("broken ZIP container: {reason}")]
    BadZip {
        /// What is wrong.
        reason: String,
    },
    /// An entry is encrypted, or compressed by an unknown method. torch writes neither: the file was packed again.
    #[error("entry {entry} of the ZIP container is {how}")]
    UnreadableEntry {
        /// The entry.
        entry: String,
        /// What was done to it.
        how: String,
    },
    /// A part of the container is absent.
    #[error("the container has no entry {entry}")]
    MissingEntry {
        /// The entry.
        entry: String,
    },
    /// A byte order other than little and big.
    #[error("unknown byte order {found:?}")]
    BadByteOrder {
        /// The byte order in the container.
        found: String,
    },
    /// A legacy file of a protocol other than 1001.
    #[error("legacy protocol {found}, expected 1001")]
    BadProtocol {
        /// The protocol in the file.
        found: String,
    },
    /// The pickle is malformed.
    #[error("broken pickle at byte {at}: {what}")]
    BadPickle {
        /// Position of the instruction within the pickle.
        at: usize,
        /// What is wrong with the instruction.
        what: &'static str,
    },
    /// An instruction that torch does not write.
    #[error("broken pickle at byte {at}: instruction 0x{opcode:02x} is not one that torch writes")]
    UnknownOpcode {
        /// Position within the pickle.
        at: usize,
        /// The instruction.
        opcode: u8,
    },
    /// The pickle asks for code that is not on the short list of what may be used.
    #[error("it asks for the Python object {global}, which is not plain tensor data and is never run")]
    ForbiddenGlobal {
        /// `module.name`.
        global: String,
    },
    /// A value is needed that is there, but not of a kind that is read.
    #[error("it holds {what} where plain tensor data are needed")]
    NotPlainData {
        /// The kind of value.
        what: &'static str,
    },
    /// A storage of a type that is not read, for example complex numbers.
    #[error("element type {name} is not supported")]
    UnknownStorageType {
        /// The class name of the storage.
        name: String,
    },
    /// Containers nested deeper than any checkpoint, or a cycle.
    #[error("containers are nested deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// More objects than any checkpoint has.
    #[error("more than {limit} {what}")]
    TooMany {
        /// The objects counted.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A dict in which a key occurs twice.
    #[error("the key {key:?} comes twice in one dict")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// A storage whose size in bytes contradicts its element count.
    #[error("storage {key} holds {found} bytes, but {expected} were announced")]
    StorageSize {
        /// The storage's key.
        key: String,
        /// Bytes by the element count.
        expected: u64,
        /// Bytes in the file.
        found: u64,
    },
    /// A tensor that reaches beyond its storage.
    #[error("a tensor of shape {shape:?}, strides {strides:?}, offset {offset} reaches beyond its storage of {n_storage} elements")]
    OutsideStorage {
        /// Shape.
        shape: Vec<usize>,
        /// Strides in elements.
        strides: Vec<usize>,
        /// Offset in elements.
        offset: usize,
        /// Elements in the storage.
        n_storage: usize,
    },
    /// Shape and strides of different length, or too many axes.
    #[error("a tensor with {n_sizes} sizes and {n_strides} strides (at most 64 axes)")]
    BadRank {
        /// Sizes given.
        n_sizes: usize,
        /// Strides given.
        n_strides: usize,
    },
    /// A tensor of more elements than this program is ready to hold.
    #[error("a tensor of shape {shape:?} has more than {limit} elements")]
    TooLarge {
        /// Shape.
        shape: Vec<usize>,
        /// The limit.
        limit: usize,
    },
    /// The memory of this tab does not suffice.
    #[error("no memory for {bytes} bytes")]
    OutOfMemory {
        /// Bytes requested.
        bytes: u64,
    },
    /// Integers were requested from a floating-point tensor.
    #[error("the tensor holds {found} values where integers are needed")]
    NotIntegers {
        /// Element type of the tensor.
        found: super::DType,
    },
    /// The number of values is not the product of the shape.
    #[error("shape {shape:?} does not hold {n_values} values")]
    ShapeMismatch {
        /// The shape.
        shape: Vec<usize>,
        /// The values given.
        n_values: usize,
    },
    /// The file holds something other than one tensor.
    #[error("it holds {found} where one tensor is needed")]
    NotATensor {
        /// The kind of value in the file.
        found: &'static str,
    },
    /// Neither a state_dict nor a checkpoint around one.
    #[error("no state_dict in it: it holds {found}")]
    NoStateDict {
        /// The kind of value in the file.
        found: String,
    },
    /// A state_dict entry that is no tensor.
    #[error("state_dict entry {name:?} is {found}, not a tensor")]
    BadEntry {
        /// The entry.
        name: String,
        /// The kind of the entry's value.
        found: &'static str,
    },
}

impl Flaw {
    /// This flaw as found in `file`.
    pub fn in_file(self, file: &str) -> TorchFileError {
        TorchFileError { file: file.to_owned(), flaw: self }
    }

    /// What the user may do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable(error) => error.hint(),
            Self::NotTorch { .. } => "give the file that torch.save wrote: model.pth.tar, .pth or .pt",
            Self::OldTar => "load it with an old torch and save it again with torch 1.6 or later",
            Self::Truncated { .. } | Self::StorageSize { .. } | Self::MissingEntry { .. } => {
                "the file is incomplete: copy or download it again"
            }
            Self::BadZip { .. } | Self::BadPickle { .. } | Self::UnknownOpcode { .. } | Self::DuplicateKey { .. } => {
                "the file is damaged: copy or download it again"
            }
            Self::UnreadableEntry { .. } => "give the file as torch.save wrote it, not one that was packed again",
            Self::BadByteOrder { .. } | Self::BadProtocol { .. } => "save it again with torch 1.6 or later",
            Self::ForbiddenGlobal { .. } | Self::NotPlainData { .. } => {
                "save only the weights: torch.save({'model': network.state_dict()}, path), or only the tensor"
            }
            Self::UnknownStorageType { .. } | Self::NotIntegers { .. } => "convert it to float32 in torch and save it again",
            Self::TooDeep { .. } | Self::TooMany { .. } | Self::OutsideStorage { .. } | Self::BadRank { .. } => {
                "the file is damaged or was made to mislead: take it from its source again"
            }
            Self::TooLarge { .. } | Self::OutOfMemory { .. } => "use a smaller network or image, or close other tabs",
            Self::ShapeMismatch { .. } => "give as many values as the shape has elements",
            Self::NotATensor { .. } => "give a file with a single tensor, such as an image of a CAPS or a map of clinicadl interpret",
            Self::NoStateDict { .. } | Self::BadEntry { .. } => {
                "give a checkpoint with the weights under the key 'model' (ClinicaDL), 'state_dict', or directly"
            }
        }
    }
}
