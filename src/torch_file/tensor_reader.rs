//! From a tensor in a file to its values in C order, slice by slice: the file's bytes are never all in memory.

use super::{Flaw, Tensor};
use crate::files::Slices;

/// Decodes the elements in some bytes of a tensor's storage and puts each where it belongs among the tensor's values in C
/// order. Arguments: the tensor, the bytes, the number of their first element in the storage, the values.
pub(super) type PlaceValues<T> = fn(&Tensor, &[u8], usize, &mut [T]);

/// A tensor's values while they are read. Between slices the caller may report progress and let other work run.
pub struct TensorReader<'t, T> {
    tensor: &'t Tensor,
    place: PlaceValues<T>,
    values: Vec<T>,
    slices: Slices<'t>,
    /// Number of the storage's element with which the next slice begins.
    next_element: usize,
}

impl<'t, T: Copy + Default> TensorReader<'t, T> {
    /// Allocates all values; nothing is read yet.
    ///
    /// # Errors
    /// If there is no memory for them.
    pub(super) fn new(tensor: &'t Tensor, place: PlaceValues<T>) -> Result<Self, Flaw> {
        let n_elements = tensor.n_elements();
        let mut values = Vec::new();
        let bytes = n_elements.saturating_mul(size_of::<T>()) as u64;
        values.try_reserve_exact(n_elements).map_err(|_| Flaw::OutOfMemory { bytes })?;
        values.resize(n_elements, T::default());
        let storage = &tensor.storage;
        let byte_of = |element: usize| storage.range.start + element as u64 * storage.dtype.size() as u64;
        let range = tensor.last_element().map_or(0..0, |last| byte_of(tensor.offset)..byte_of(last) + storage.dtype.size() as u64);
        let slices = Slices::of_range(storage.file.as_ref(), range);
        Ok(Self { tensor, place, values, slices, next_element: tensor.offset })
    }

    /// Reads the next slice and gives its number of bytes; `None` when all are read.
    ///
    /// # Errors
    /// The file's error, and [`Flaw::Truncated`] if it has become shorter than it was.
    pub async fn read_slice(&mut self) -> Result<Option<u64>, Flaw> {
        let Some(bytes) = self.slices.next().await? else { return self.end() };
        (self.place)(self.tensor, &bytes, self.next_element, &mut self.values);
        self.next_element += bytes.len() / self.tensor.dtype().size();
        Ok(Some(bytes.len() as u64))
    }

    /// All values, once every slice is read.
    pub fn into_values(self) -> Vec<T> {
        self.values
    }

    /// Reads all slices and gives the values.
    pub(super) async fn finish(mut self) -> Result<Vec<T>, Flaw> {
        while self.read_slice().await?.is_some() {}
        Ok(self.into_values())
    }

    /// `None`, after a check that the slices reached the last element.
    fn end(&self) -> Result<Option<u64>, Flaw> {
        let size = self.tensor.dtype().size() as u64;
        let (needed, available) = (self.tensor.last_element().map_or(0, |last| last + 1), self.next_element);
        if available < needed {
            return Err(Flaw::Truncated { what: "a storage", needed: needed as u64 * size, available: available as u64 * size });
        }
        Ok(None)
    }
}
