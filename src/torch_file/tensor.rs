//! A tensor as it lies in the file: a storage, an offset and strides.

use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use super::{DType, Flaw};
use crate::files::{FileSource, memory_file};

/// The place of one storage in a file. Its bytes are read when values are requested.
#[derive(Clone)]
pub struct Storage {
    /// The whole file, shared.
    pub file: Rc<dyn FileSource>,
    /// The storage's bytes within the file.
    pub range: Range<u64>,
    /// Element type.
    pub dtype: DType,
    /// Whether elements are little-endian.
    pub little_endian: bool,
}

impl Storage {
    /// Number of elements.
    pub fn n_elements(&self) -> usize {
        // A storage's bytes were counted in `usize` when it was found.
        (self.range.end - self.range.start) as usize / self.dtype.size()
    }
}

impl PartialEq for Storage {
    /// Whether both are the same place in the same file.
    fn eq(&self, other: &Self) -> bool {
        let of = |storage: &Self| (storage.range.clone(), storage.dtype, storage.little_endian);
        Rc::ptr_eq(&self.file, &other.file) && of(self) == of(other)
    }
}

impl fmt::Debug for Storage {
    /// Without the file, which need not have a debug form.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Storage({} × {} at {:?})", self.n_elements(), self.dtype, self.range)
    }
}

/// A view of a storage. Offsets and strides are in elements and were checked to stay within it.
///
/// ClinicaDL's image tensors are not in C order (they keep the strides of nibabel's Fortran-ordered arrays), so the
/// storage's bytes alone are no image: [`Tensor::to_f32_vec`] gives the values in C order. Nothing is read before that.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    pub(super) storage: Storage,
    pub(super) offset: usize,
    pub(super) shape: Vec<usize>,
    pub(super) strides: Vec<usize>,
}

/// Elements of one tensor: 1 GiB as float32, six times the largest weight of a ClinicaDL network. A view with zero strides
/// may have far more elements than its file has bytes, so the file's size alone is no bound.
pub const MAX_ELEMENTS: usize = 1 << 28;
const MAX_AXES: usize = 64;

impl Tensor {
    /// A view of `storage` from element `offset`, with sizes and strides (in elements) per axis.
    ///
    /// # Errors
    /// If sizes and strides do not match, the tensor has more than [`MAX_ELEMENTS`] or any element lies outside the storage.
    pub fn new(storage: Storage, offset: usize, shape: Vec<usize>, strides: Vec<usize>) -> Result<Self, Flaw> {
        if shape.len() != strides.len() || shape.len() > MAX_AXES {
            return Err(Flaw::BadRank { n_sizes: shape.len(), n_strides: strides.len() });
        }
        let n_storage = storage.n_elements();
        let n_elements = product(&shape).filter(|&n| n <= MAX_ELEMENTS);
        let Some(n_elements) = n_elements else {
            return Err(Flaw::TooLarge { shape, limit: MAX_ELEMENTS });
        };
        // A tensor without elements touches nothing: torch lets its offset point anywhere.
        if n_elements > 0 && last_element(offset, &shape, &strides).is_none_or(|last| last >= n_storage) {
            return Err(Flaw::OutsideStorage { shape, strides, offset, n_storage });
        }
        Ok(Self { storage, offset, shape, strides })
    }

    /// A float32 tensor in C order from values.
    ///
    /// # Errors
    /// If `data` does not fill `shape`.
    pub fn from_f32(shape: &[usize], data: &[f32]) -> Result<Self, Flaw> {
        if product(shape) != Some(data.len()) {
            return Err(Flaw::ShapeMismatch { shape: shape.to_vec(), n_values: data.len() });
        }
        let bytes: Vec<u8> = data.iter().flat_map(|value| value.to_le_bytes()).collect();
        let storage = Storage { range: 0..bytes.len() as u64, file: memory_file(bytes), dtype: DType::F32, little_endian: true };
        Self::new(storage, 0, shape.to_vec(), c_strides(shape))
    }

    /// Elements per axis.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Distance between neighbours along each axis, in elements of the storage.
    pub fn strides(&self) -> &[usize] {
        &self.strides
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.storage.dtype
    }

    /// Product of the shape; 1 for a tensor without axes.
    pub fn n_elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// The part of the tensor with these indices of the first axis, cut where the axis ends.
    #[must_use]
    pub fn rows(&self, rows: Range<usize>) -> Self {
        let mut part = self.clone();
        if let (Some(size), Some(&stride)) = (part.shape.first_mut(), self.strides.first()) {
            let start = rows.start.min(*size);
            *size = rows.end.clamp(start, *size) - start;
            // Within the storage, unless nothing is left: then nothing is read.
            part.offset = self.offset.saturating_add(start.saturating_mul(stride));
        }
        part
    }

    /// Number of the last of the storage's elements that belongs to the tensor; `None` if the tensor has no elements.
    pub(super) fn last_element(&self) -> Option<usize> {
        last_element(self.offset, &self.shape, &self.strides).filter(|_| self.n_elements() > 0)
    }

    /// Whether the elements lie in the storage one after another, last axis fastest.
    pub fn is_contiguous(&self) -> bool {
        let expected = c_strides(&self.shape);
        let mut axes = self.shape.iter().zip(&self.strides).zip(&expected);
        axes.all(|((&size, stride), expected)| size <= 1 || stride == expected)
    }
}

/// Strides in elements of a tensor in C order, last axis fastest. The product of the shape must fit the address space.
pub(super) fn c_strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    let mut stride = 1_usize;
    for (to, &size) in strides.iter_mut().zip(shape).rev() {
        *to = stride;
        stride = stride.saturating_mul(size.max(1));
    }
    strides
}

/// Number of elements; `None` if it exceeds the address space.
fn product(shape: &[usize]) -> Option<usize> {
    // Zero first: a shape such as (0, 2⁴⁰, 2⁴⁰) has no elements and does not overflow.
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1_usize, |product, &size| product.checked_mul(size))
}

/// Number of the last element of a view of a storage; `None` if it exceeds the address space.
fn last_element(offset: usize, shape: &[usize], strides: &[usize]) -> Option<usize> {
    let mut axes = shape.iter().zip(strides);
    axes.try_fold(offset, |last, (&size, &stride)| last.checked_add(size.saturating_sub(1).checked_mul(stride)?))
}
