//! Threads where the host has them, and the memory that they write to.

use std::marker::PhantomData;
use std::ops::Range;

/// Number of threads that have their memory in common: rayon's natively, one in a browser.
pub fn n_threads() -> usize {
    #[cfg(not(target_arch = "wasm32"))]
    return rayon::current_num_threads();
    #[cfg(target_arch = "wasm32")]
    1
}

/// Calls `work` with pieces of a range that together make the whole, natively on all threads of rayon's pool. A piece consists
/// of neighbours, so that they can share what they read.
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

/// A mutable slice that can be copied to threads, each of which writes parts of its own.
#[derive(Clone, Copy)]
pub struct SharedSlice<'a, T> {
    start: *mut T,
    len: usize,
    borrowed: PhantomData<&'a mut [T]>,
}

// SAFETY: the slice is borrowed mutably for 'a, and is only reached through `part`, whose callers keep parts from overlapping, so
// that sending it to a thread is sending `&mut` to disjoint parts.
unsafe impl<T: Send> Send for SharedSlice<'_, T> {}
// SAFETY: a shared reference gives nothing but `part`, whose callers keep parts from overlapping; T is never shared itself.
unsafe impl<T: Send> Sync for SharedSlice<'_, T> {}

impl<'a, T> SharedSlice<'a, T> {
    /// Shares a slice for as long as it is borrowed.
    pub fn new(values: &'a mut [T]) -> Self {
        Self { start: values.as_mut_ptr(), len: values.len(), borrowed: PhantomData }
    }

    /// A part of the slice, to write to.
    ///
    /// # Safety
    /// While the part is in use, no other part that overlaps it is.
    ///
    /// # Panics
    /// If the range leaves the slice.
    #[allow(clippy::mut_from_ref, reason = "that is what it is for")]
    pub unsafe fn part(&self, range: Range<usize>) -> &mut [T] {
        assert!(range.start <= range.end && range.end <= self.len);
        // SAFETY: the range lies within the borrowed slice (asserted above), and the caller has no overlapping part in use.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(range.start), range.len()) }
    }
}
