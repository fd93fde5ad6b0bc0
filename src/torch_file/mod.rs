//! PyTorch serialisation (`torch.save`) from files: container → pickle → tensors, and a writer for one tensor.
//!
//! Nothing in a file is executed: the pickle machine accepts a short list of names (ordered dicts, tensors, storages) and
//! refuses all others. Every size is checked against the file before memory is taken for it.
//!
//! A checkpoint may have hundreds of megabytes. Of a ZIP container only the directory and the pickle are read at first,
//! which give the place of each tensor; its values are read slice by slice on request.

mod container;
mod dtype;
mod error;
mod legacy;
mod pickle;
mod shape_from_head;
mod state_dict;
mod tensor;
mod tensor_reader;
mod value;
mod values;
mod writer;
mod zip_container;

pub use dtype::DType;
pub use error::{Flaw, TorchFileError};
pub use shape_from_head::shape_from_head;
pub use state_dict::{Checkpoint, StateDict};
pub use tensor::{MAX_ELEMENTS, Storage, Tensor};
pub use tensor_reader::TensorReader;
pub use value::Value;
pub use writer::write_tensor;

use std::rc::Rc;

use crate::files::FileSource;

/// Reads whatever `torch.save` wrote, without the values of its tensors: those are read from the file on request.
///
/// # Errors
/// If the file is no torch file, is damaged, is an object of other than plain data or cannot be read; the error names `file_name`.
pub async fn read(file_name: &str, file: &Rc<dyn FileSource>) -> Result<Value, TorchFileError> {
    match container::read(file_name, file).await {
        Ok(Value::Opaque(flaw)) => Err(Flaw::clone(&flaw).in_file(file_name)),
        read => read.map_err(|flaw| flaw.in_file(file_name)),
    }
}

/// Reads a file that holds one tensor: an image of a CAPS, a saliency map.
///
/// # Errors
/// The errors of [`read`], and [`Flaw::NotATensor`] if it holds anything else.
pub async fn read_tensor(file_name: &str, file: &Rc<dyn FileSource>) -> Result<Tensor, TorchFileError> {
    match read(file_name, file).await? {
        Value::Tensor(tensor) => Ok(tensor),
        other => Err(Flaw::NotATensor { found: other.kind() }.in_file(file_name)),
    }
}

/// Finds the weights of a network: `model.pth.tar` of ClinicaDL, or a bare state_dict.
///
/// # Errors
/// The errors of [`read`] and of [`Checkpoint::from_value`].
pub async fn read_checkpoint(file_name: &str, file: &Rc<dyn FileSource>) -> Result<Checkpoint, TorchFileError> {
    Checkpoint::from_value(read(file_name, file).await?).map_err(|flaw| flaw.in_file(file_name))
}
