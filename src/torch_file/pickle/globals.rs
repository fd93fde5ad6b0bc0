//! The short list of Python names that a pickle may use, and what each does here.

use super::arena::{Arena, Id, Node};
use crate::torch_file::{DType, Flaw, Tensor};

/// A name that a pickle may use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Global {
    /// `collections.OrderedDict`: a dict.
    OrderedDict,
    /// `torch._utils._rebuild_tensor` and `_v2`: a view of a storage.
    RebuildTensor,
    /// `torch._utils._rebuild_parameter`: the tensor in it.
    RebuildParameter,
    /// `torch.Size`: a tuple.
    Size,
    /// `torch.device`: its name.
    Device,
    /// `torch.float32` and so on: its name.
    ScalarType(&'static str),
    /// The class of a storage, which says the element type.
    StorageType(DType),
}

/// The `torch.dtype` objects that may stand in a file as plain values.
const SCALAR_TYPES: [&str; 10] = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"];

impl Global {
    /// The meaning of `module.name`.
    ///
    /// # Errors
    /// If it is not on the list.
    pub(super) fn find(module: &str, name: &str) -> Result<Self, Flaw> {
        match (module, name) {
            ("collections", "OrderedDict") => Ok(Self::OrderedDict),
            ("torch._utils", "_rebuild_tensor_v2" | "_rebuild_tensor") => Ok(Self::RebuildTensor),
            ("torch._utils", "_rebuild_parameter") => Ok(Self::RebuildParameter),
            ("torch", "Size") => Ok(Self::Size),
            ("torch", "device") => Ok(Self::Device),
            ("torch" | "torch.cuda" | "torch.storage", _) => Self::find_type(module, name),
            _ => Err(forbidden(module, name)),
        }
    }

    fn find_type(module: &str, name: &str) -> Result<Self, Flaw> {
        if let Some(scalar) = SCALAR_TYPES.into_iter().find(|scalar| module == "torch" && *scalar == name) {
            return Ok(Self::ScalarType(scalar));
        }
        let Some(kind) = name.strip_suffix("Storage") else { return Err(forbidden(module, name)) };
        let dtype = storage_dtype(kind).ok_or_else(|| Flaw::UnknownStorageType { name: name.to_owned() })?;
        Ok(Self::StorageType(dtype))
    }

    /// What stands in the file as a value, not as something to call.
    pub(super) fn as_text(self) -> Option<String> {
        match self {
            Self::ScalarType(name) => Some(format!("torch.{name}")),
            _ => None,
        }
    }

    /// For messages.
    pub(super) fn name(self) -> String {
        format!("{self:?}")
    }

    /// What calling it gives.
    ///
    /// # Errors
    /// If it cannot be called so, or if a tensor leaves its storage.
    pub(super) fn call(self, arena: &Arena, arguments: Id, at: usize) -> Result<Node, Flaw> {
        let Some(Node::Tuple(arguments)) = arena.get(arguments) else {
            return Err(Flaw::BadPickle { at, what: "a call without an argument tuple" });
        };
        let call = Call { arena, arguments, at };
        match self {
            Self::OrderedDict => call.ordered_dict(),
            Self::RebuildTensor => call.tensor(),
            Self::RebuildParameter => call.parameter(),
            Self::Size => Ok(Node::Tuple(call.sequence(0)?.to_vec())),
            Self::Device => call.device(),
            Self::ScalarType(_) | Self::StorageType(_) => Err(call.fault("a type that is called")),
        }
    }
}

fn forbidden(module: &str, name: &str) -> Flaw {
    // A name is as long as the file makes it; the message is not.
    Flaw::ForbiddenGlobal { global: format!("{module}.{name}").chars().take(200).collect() }
}

fn storage_dtype(kind: &str) -> Option<DType> {
    Some(match kind {
        "Double" => DType::F64,
        "Float" => DType::F32,
        "Half" => DType::F16,
        "BFloat16" => DType::BF16,
        "Long" => DType::I64,
        "Int" => DType::I32,
        "Short" => DType::I16,
        "Char" => DType::I8,
        "Byte" | "Untyped" => DType::U8,
        "Bool" => DType::Bool,
        _ => return None,
    })
}

/// One call and its arguments.
struct Call<'a> {
    arena: &'a Arena,
    arguments: &'a [Id],
    at: usize,
}

impl<'a> Call<'a> {
    /// Empty, or from a sequence of pairs.
    fn ordered_dict(&self) -> Result<Node, Flaw> {
        if self.arguments.is_empty() {
            return Ok(Node::Dict(Vec::new()));
        }
        let pairs = self.sequence(0)?.iter().map(|&pair| self.pair(pair));
        Ok(Node::Dict(pairs.collect::<Result<_, _>>()?))
    }

    fn pair(&self, id: Id) -> Result<(Id, Id), Flaw> {
        match self.arena.get(id) {
            Some(Node::Tuple(members) | Node::List(members)) => match members.as_slice() {
                [key, value] => Ok((*key, *value)),
                _ => Err(self.fault("a dict entry that is no pair")),
            },
            _ => Err(self.fault("a dict entry that is no pair")),
        }
    }

    /// `(storage, offset, shape, strides, …)`; gradients and hooks are of no interest.
    fn tensor(&self) -> Result<Node, Flaw> {
        let Some(Node::Storage(storage)) = self.argument(0) else {
            return Err(self.fault("a tensor without a storage"));
        };
        let Some(offset) = self.argument(1).and_then(Node::as_size) else {
            return Err(self.fault("a tensor without an offset"));
        };
        let tensor = Tensor::new(storage.clone(), offset, self.sizes(2)?, self.sizes(3)?)?;
        Ok(Node::Tensor(tensor))
    }

    fn parameter(&self) -> Result<Node, Flaw> {
        match self.argument(0) {
            Some(Node::Tensor(tensor)) => Ok(Node::Tensor(tensor.clone())),
            _ => Err(self.fault("a parameter without a tensor")),
        }
    }

    /// `('cuda', 0)` → `cuda:0`.
    fn device(&self) -> Result<Node, Flaw> {
        match (self.argument(0), self.argument(1)) {
            (Some(Node::Str(kind)), Some(Node::Int(index))) => Ok(Node::Str(format!("{kind}:{index}"))),
            (Some(Node::Str(kind)), None) => Ok(Node::Str(kind.clone())),
            _ => Err(self.fault("a device without a name")),
        }
    }

    fn argument(&self, index: usize) -> Option<&'a Node> {
        self.arguments.get(index).and_then(|&id| self.arena.get(id))
    }

    fn sequence(&self, index: usize) -> Result<&'a [Id], Flaw> {
        match self.argument(index) {
            Some(Node::Tuple(members) | Node::List(members)) => Ok(members),
            _ => Err(self.fault("an argument that is no sequence")),
        }
    }

    fn sizes(&self, index: usize) -> Result<Vec<usize>, Flaw> {
        let members = self.sequence(index)?.iter();
        let sizes = members.map(|&id| self.arena.get(id).and_then(Node::as_size)).collect::<Option<_>>();
        sizes.ok_or_else(|| self.fault("a size or stride that is negative or no integer"))
    }

    fn fault(&self, what: &'static str) -> Flaw {
        Flaw::BadPickle { at: self.at, what }
    }
}
