//! PyTorch serialisation (`torch.save`) from files: container → pickle → tensors, and a writer for one tensor.
//!
//! Nothing in a file is executed: the pickle machine knows a short list of names (ordered dicts, tensors, storages) and
//! refuses every other one. Every size is checked against the file before memory is taken for it.
//!
//! A checkpoint may have hundreds of megabytes. Of a ZIP container only the directory and the pickle are read at first; what
//! comes out is where each tensor lies, and its values are read slice by slice when they are asked for.

mod beginning;
mod container;
mod error;
mod legacy;
mod pickle;
mod reading;
mod state_dict;
mod tensor;
mod values;
mod writer;
mod zip_container;

pub use beginning::shape_at_beginning;
pub use error::{Flaw, TorchFileError};
pub use reading::Reading;
pub use state_dict::{Checkpoint, StateDict};
pub use tensor::{DType, MAX_ELEMENTS, Storage, Tensor};
pub use writer::write_tensor;

use std::rc::Rc;

use crate::files::FileSource;

/// What a pickle holds, as far as checkpoints and saved tensors need it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Python's `None`.
    None,
    /// A boolean.
    Bool(bool),
    /// An integer within 64 bits.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string; also the name of a `torch.device` or `torch.dtype`.
    Str(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A tuple.
    Tuple(Vec<Value>),
    /// A list.
    List(Vec<Value>),
    /// A dict or `OrderedDict`, in insertion order.
    Dict(Vec<(Value, Value)>),
    /// A tensor.
    Tensor(Tensor),
}

impl Value {
    /// What kind of thing this is, for messages: `a list`, `a tensor` …
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Str(_) => "a string",
            Self::Bytes(_) => "bytes",
            Self::Tuple(_) => "a tuple",
            Self::List(_) => "a list",
            Self::Dict(_) => "a dict",
            Self::Tensor(_) => "a tensor",
        }
    }

    /// The value under a string key, if this is a dict that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let Self::Dict(entries) = self else { return None };
        entries.iter().find_map(|(name, value)| matches!(name, Self::Str(name) if name == key).then_some(value))
    }
}

/// Reads whatever `torch.save` wrote, without the values of its tensors, which stay in the file until they are asked for.
///
/// # Errors
/// If the file is no torch file, is damaged, holds more than plain data or cannot be read; the error names `file_name`.
pub async fn read(file_name: &str, file: &Rc<dyn FileSource>) -> Result<Value, TorchFileError> {
    container::read(file_name, file).await.map_err(|flaw| flaw.in_file(file_name))
}

/// Reads a file that holds one tensor: an image of a CAPS, a saliency map.
///
/// # Errors
/// As [`read`], and if it holds anything else.
pub async fn read_tensor(file_name: &str, file: &Rc<dyn FileSource>) -> Result<Tensor, TorchFileError> {
    match read(file_name, file).await? {
        Value::Tensor(tensor) => Ok(tensor),
        other => Err(Flaw::NotATensor { found: other.kind() }.in_file(file_name)),
    }
}

/// Finds the weights of a network: `model.pth.tar` of ClinicaDL, or a bare state_dict.
///
/// # Errors
/// As [`read`], and if there is no state_dict in it.
pub async fn read_checkpoint(file_name: &str, file: &Rc<dyn FileSource>) -> Result<Checkpoint, TorchFileError> {
    Checkpoint::from_value(read(file_name, file).await?).map_err(|flaw| flaw.in_file(file_name))
}
