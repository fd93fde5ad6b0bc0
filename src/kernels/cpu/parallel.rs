//! Threads where the host has them, and the memory that they write to.

use std::marker::PhantomData;
use std::ops::Range;

/// Threads that have their memory in common: rayon's natively, one in a browser.
pub fn n_threads() -> usize {
    #[cfg(not(target_arch = "wasm32"))]
    return rayon::current_num_threads();
    #[cfg(target_arch = "wasm32")]
    1
}

/// Does work on pieces of a range, natively on all threads of rayon's pool. A piece is a run of neighbours, so
/// that they can share what they read.
pub fn in_pieces(range: Range<usize>, work: impl Fn(Range<usize>) + Sync) {
    #[cfg(not(target_arch = "wasm32"))]
    {
        use rayon::iter::{IntoParallelIterator, ParallelIterator};
        let n_threads = n_threads();
        if n_threads > 1 && range.len() > 1 {
            // Several pieces for each thread: they do not all get on equally fast.
            let len = range.len().div_ceil(4 * n_threads);
            let pieces = range.len().div_ceil(len);
            let piece = |index: usize| range.start + index * len..range.end.min(range.start + (index + 1) * len);
            (0..pieces).into_par_iter().for_each(|index| work(piece(index)));
            return;
        }
    }
    work(range);
}

/// A slice of which threads write different parts.
#[derive(Clone, Copy)]
pub struct Shared<'a, T> {
    start: *mut T,
    len: usize,
    borrowed: PhantomData<&'a mut [T]>,
}

// SAFETY: it only hands out parts through `part`, whose caller sees to it that they do not overlap.
unsafe impl<T: Send> Send for Shared<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Shared<'_, T> {}

impl<'a, T> Shared<'a, T> {
    /// Of a slice.
    pub fn new(values: &'a mut [T]) -> Self {
        Self { start: values.as_mut_ptr(), len: values.len(), borrowed: PhantomData }
    }

    /// A part.
    ///
    /// # Safety
    /// No other part that overlaps it is in use.
    ///
    /// # Panics
    /// If it leaves the slice.
    #[allow(clippy::mut_from_ref, reason = "that is what it is for")]
    pub unsafe fn part(&self, range: Range<usize>) -> &mut [T] {
        assert!(range.start <= range.end && range.end <= self.len);
        // SAFETY: within the slice, and the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(range.start), range.len()) }
    }
}
