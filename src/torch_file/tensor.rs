//! A tensor as it lies in the file: a storage, an offset and strides.

use std::ops::Range;
use std::sync::Arc;

/// Element type of a storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DType {
    /// IEEE 754 binary64.
    F64,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary16.
    F16,
    /// bfloat16.
    BF16,
    /// 64-bit signed.
    I64,
    /// 32-bit signed.
    I32,
    /// 16-bit signed.
    I16,
    /// 8-bit signed.
    I8,
    /// 8-bit unsigned.
    U8,
    /// One byte per truth value.
    Bool,
}

/// The bytes of one storage inside a shared file.
#[derive(Debug, Clone, PartialEq)]
pub struct Storage {
    /// The whole file, shared.
    pub file: Arc<[u8]>,
    /// Where the storage lies in it.
    pub range: Range<usize>,
    /// Element type.
    pub dtype: DType,
    /// Whether elements are little-endian.
    pub little_endian: bool,
}

/// A view of a storage. Offsets and strides are in elements and were checked to stay within it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    pub(super) storage: Storage,
    pub(super) offset: usize,
    pub(super) shape: Vec<usize>,
    pub(super) strides: Vec<usize>,
}
