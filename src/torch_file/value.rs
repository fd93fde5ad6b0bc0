//! The values that a pickle may hold.

use std::rc::Rc;

use super::{Flaw, Tensor};

/// A value of a pickle: the kinds that checkpoints and saved tensors need.
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
    /// Anything else, of which nothing is kept: the flaw that the file has for whoever needs it.
    Opaque(Rc<Flaw>),
}

impl Value {
    /// The kind of value, for messages: `a list`, `a tensor` …
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
            Self::Opaque(_) => "an object that is no plain data",
        }
    }

    /// The value under a string key, if this is a dict that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let Self::Dict(entries) = self else { return None };
        entries.iter().find_map(|(name, value)| matches!(name, Self::Str(name) if name == key).then_some(value))
    }
}
