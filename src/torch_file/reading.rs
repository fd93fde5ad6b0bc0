//! From a tensor in a file to its values in C order, slice by slice: the file's bytes are never all in memory.

use super::values::Place;
use super::{Flaw, Tensor};
use crate::files::Slices;

/// Values that are being read. Whoever reads may report and pause between slices.
pub struct Reading<'t, T> {
    tensor: &'t Tensor,
    place: Place<T>,
    values: Vec<T>,
    slices: Slices<'t>,
    /// The element of the storage that the next slice begins with.
    next_element: usize,
}

impl<'t, T: Copy + Default> Reading<'t, T> {
    /// Takes the memory for all values; nothing is read yet.
    ///
    /// # Errors
    /// If there is no memory for them.
    pub(super) fn new(tensor: &'t Tensor, place: Place<T>) -> Result<Self, Flaw> {
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
    /// What the file says, and if it has become shorter than it was.
    pub async fn step(&mut self) -> Result<Option<u64>, Flaw> {
        let Some(bytes) = self.slices.next().await? else { return self.end() };
        (self.place)(self.tensor, &bytes, self.next_element, &mut self.values);
        self.next_element += bytes.len() / self.tensor.dtype().size();
        Ok(Some(bytes.len() as u64))
    }

    /// All values, once every slice is read.
    pub fn into_values(self) -> Vec<T> {
        self.values
    }

    /// Reads all.
    pub(super) async fn finish(mut self) -> Result<Vec<T>, Flaw> {
        while self.step().await?.is_some() {}
        Ok(self.into_values())
    }

    fn end(&self) -> Result<Option<u64>, Flaw> {
        let size = self.tensor.dtype().size() as u64;
        let (needed, available) = (self.tensor.last_element().map_or(0, |last| last + 1), self.next_element);
        if available < needed {
            return Err(Flaw::Truncated { what: "a storage", needed: needed as u64 * size, available: available as u64 * size });
        }
        Ok(None)
    }
}
