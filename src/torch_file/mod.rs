//! PyTorch serialisation (`torch.save`) from bytes: container → pickle → tensors, and a writer for one tensor.

mod tensor;

pub use tensor::{DType, Storage, Tensor};

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
    /// A string.
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
