//! Which of the voxels of pooling blocks is the largest.

use super::simd::Simd;
use crate::kernels::winner;

/// A row of voxels that takes part in the blocks of one pooled row: where it begins (padding included), and the code of
/// the first voxel of its pairs.
pub type Candidate = (*const f32, u8);

/// For `width` blocks the largest value and its code; the first in scan order where several are equal. With `from_zero` a
/// zero of code [`winner::CLOSED`] comes before all others.
///
/// # Safety
/// As [`Simd`]. `width` rounded up to whole vectors of pairs must be readable from each row and as many values writable;
/// there is at least one row.
#[inline(always)]
pub unsafe fn largest<S: Simd>(rows: &[Candidate], from_zero: bool, width: usize, values: *mut f32, codes: *mut u32) {
    // Codes travel as the bits of floats that nobody computes with.
    let code = |code: u8| f32::from_bits(u32::from(code));
    let mut x = 0;
    while x < width {
        // SAFETY: the caller's.
        unsafe {
            let (first, of_first) = rows[0];
            let mut best = match from_zero {
                true => (S::splat(0.0), S::splat(code(winner::CLOSED))),
                false => (S::load_pairs(first.add(2 * x)).0, S::splat(code(of_first))),
            };
            for &(row, of_row) in rows {
                let (even, odd) = S::load_pairs(row.add(2 * x));
                best = best.0.larger(best.1, even, S::splat(code(of_row)));
                best = best.0.larger(best.1, odd, S::splat(code(of_row + 1)));
            }
            best.0.store(values.add(x));
            best.1.store(codes.cast::<f32>().add(x));
        }
        x += S::N;
    }
}

/// For every lane the largest of vectors, and as its code the vector's number; the first where several are equal.
///
/// # Safety
/// As [`Simd`].
#[inline(always)]
pub unsafe fn largest_of<S: Simd, const N: usize>(values: &[S; N]) -> (S, S) {
    // SAFETY: the caller's.
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
