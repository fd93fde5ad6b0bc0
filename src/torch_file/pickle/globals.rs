//! The short list of Python names that a pickle may use.

use crate::torch_file::{DType, Flaw};

/// A name that a pickle may use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Global {
    /// `collections.OrderedDict`: a dict.
    OrderedDict,
    /// `torch._utils._rebuild_tensor` and `_v2`: a view of a storage.
    RebuildTensor,
    /// `torch._utils._rebuild_parameter` and `_with_state`: the tensor in it.
    RebuildParameter,
    /// `torch._tensor._rebuild_from_type` and `_v2`: what the function in it builds.
    RebuildFromType,
    /// `torch.Size`: a tuple.
    Size,
    /// `torch.device`: its name.
    Device,
    /// `torch.float32` and so on: its name.
    ScalarType(&'static str),
    /// The class of a storage, which determines the element type.
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
            ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => Ok(Self::RebuildParameter),
            // The module was called torch.tensor before torch 1.9.
            ("torch._tensor" | "torch.tensor", "_rebuild_from_type" | "_rebuild_from_type_v2") => Ok(Self::RebuildFromType),
            ("torch", "Size") => Ok(Self::Size),
            ("torch", "device") => Ok(Self::Device),
            ("torch" | "torch.cuda" | "torch.storage", _) => Self::find_type(module, name),
            _ => Err(forbidden(module, name)),
        }
    }

    /// The names of storage classes and scalar types.
    fn find_type(module: &str, name: &str) -> Result<Self, Flaw> {
        if let Some(scalar) = SCALAR_TYPES.into_iter().find(|scalar| module == "torch" && *scalar == name) {
            return Ok(Self::ScalarType(scalar));
        }
        let Some(kind) = name.strip_suffix("Storage") else { return Err(forbidden(module, name)) };
        let dtype = storage_dtype(kind).ok_or_else(|| Flaw::UnknownStorageType { name: name.to_owned() })?;
        Ok(Self::StorageType(dtype))
    }

    /// The text of a name that may stand in the file as a value; `None` for names of functions and classes.
    pub(super) fn as_text(self) -> Option<String> {
        match self {
            Self::ScalarType(name) => Some(format!("torch.{name}")),
            _ => None,
        }
    }

    /// The name for messages.
    pub(super) fn name(self) -> String {
        format!("{self:?}")
    }
}

fn forbidden(module: &str, name: &str) -> Flaw {
    // A name is as long as the file makes it; the message is not.
    Flaw::ForbiddenGlobal { global: format!("{module}.{name}").chars().take(200).collect() }
}

/// The element type of a storage class, whose name is `kind` followed by `Storage`.
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
