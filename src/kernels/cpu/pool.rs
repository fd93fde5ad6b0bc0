//! Which of the voxels of pooling blocks is the largest.

use super::simd::Simd;
use crate::kernels::winner;

/// A row of voxels that takes part in the pooling blocks of one pooled row.
#[derive(Clone, Copy)]
pub struct CandidateRow {
    /// The row's first voxel, padding included.
    pub first: *const f32,
    /// The [`winner`] code of the first voxel of each of the row's pairs; the second voxel has the next code.
    pub code: u8,
}

/// Writes the largest value of `width` pooling blocks and its [`winner`] code; the first in scan order where several are equal.
/// With `from_zero` a zero of code [`winner::CLOSED`] comes before all others. Codes of blocks of which several values, that zero
/// included, are closer to the largest than `margin`, if there is one, are marked as undecided.
///
/// # Safety
/// The machine has the instructions of `S`. `rows` has one row at least. From each row `2 · width` values, `width` rounded up
/// to whole vectors, are readable, and so many values, not doubled, are writable in `values` and `codes`.
#[inline(always)]
pub unsafe fn largest<S: Simd>(rows: &[CandidateRow], from_zero: bool, margin: f32, width: usize, values: *mut f32, codes: *mut u32) {
    // Codes travel as the bits of floats that nobody computes with.
    let code = |code: u8| f32::from_bits(u32::from(code));
    let mut x = 0;
    while x < width {
        // SAFETY: the caller vouches for the instructions, and for rows, values and codes up to `width` rounded up to whole vectors,
        // which `x`, a multiple of S::N below `width`, does not exceed.
        unsafe {
            let first = rows[0];
            let mut best = match from_zero {
                true => (S::splat(0.0), S::splat(code(winner::CLOSED))),
                false => (S::load_pairs(first.first.add(2 * x)).0, S::splat(code(first.code))),
            };
            for row in rows {
                let (even, odd) = S::load_pairs(row.first.add(2 * x));
                best = best.0.larger(best.1, even, S::splat(code(row.code)));
                best = best.0.larger(best.1, odd, S::splat(code(row.code + 1)));
            }
            if margin > 0.0 {
                let bound = best.0.sub(S::splat(margin));
                let mut count = S::splat(0.0);
                if from_zero {
                    count = count.count_from(S::splat(0.0), bound);
                }
                for row in rows {
                    let (even, odd) = S::load_pairs(row.first.add(2 * x));
                    count = count.count_from(even, bound).count_from(odd, bound);
                }
                best.1 = best.1.or(count.mark_several(u32::from(winner::UNDECIDED)));
            }
            best.0.store(values.add(x));
            best.1.store(codes.cast::<f32>().add(x));
        }
        x += S::N;
    }
}

/// For every lane the largest of `N` vectors, and as its code the vector's number, as the bits of a whole number; the first
/// where several are equal.
///
/// # Safety
/// The machine has the instructions of `S`.
#[inline(always)]
pub unsafe fn largest_of<S: Simd, const N: usize>(values: &[S; N]) -> (S, S) {
    // SAFETY: the caller's machine has the instructions of `S`; no pointers are involved.
    unsafe {
        let mut largest = values[0];
        for &value in &values[1..] {
            largest = largest.max(value);
        }
        let mut code = S::splat(f32::from_bits(u32::MAX));
        for (number, &value) in values.iter().enumerate() {
            code = code.lower_of(S::splat(f32::from_bits(number as u32)), value, largest);
        }
        (largest, code)
    }
}

/// For every lane the bits of [`winner::UNDECIDED`] where more than one of `N` vectors is closer to the largest than `margin`.
///
/// # Safety
/// The machine has the instructions of `S`.
#[inline(always)]
pub unsafe fn undecided<S: Simd, const N: usize>(values: &[S; N], largest: S, margin: f32) -> S {
    // SAFETY: the caller's machine has the instructions of `S`; no pointers are involved.
    unsafe {
        let bound = largest.sub(S::splat(margin));
        let mut count = S::splat(0.0);
        for &value in values {
            count = count.count_from(value, bound);
        }
        count.mark_several(u32::from(winner::UNDECIDED))
    }
}
