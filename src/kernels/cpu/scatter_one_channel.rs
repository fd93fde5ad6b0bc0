//! The backward pass into an image of one channel, where each kernel is too small to fill a vector.
//!
//! The windows of one pooling block reach 4×4×4 voxels (see [`scatter`](super::scatter)). A table holds, for each output channel
//! and each place of the winner, the kernel in its place among zeros, so that a block's contributions of all channels are summed
//! in registers and written once. Neighbouring blocks of a row overlap by two voxels:
//!
//! ```text
//! columns of sums    0  1  2  3  4  5  6  7 …
//! block 0            ●  ●  ●  ●
//! block 1                  ●  ●  ●  ●
//! block 2                        ●  ●  ●  ●
//! ```
//!
//! So even and odd blocks are summed apart, four columns each, and no sum is read that has just been written.

use super::geometry::Geometry;
use super::scatter_targets::ScatterTargets;
use super::simd::{Simd, Vector};
use super::winner_row::WinnerRow;

/// Columns that a block reaches, and rows, and planes.
const REACH: usize = 4;

/// Values of a plane that a block reaches.
const PLANE: usize = REACH * REACH;

/// Places of a winner in its block.
const PLACES: usize = 8;

/// Vectors that are summed at once: with a gradient and what is loaded they fit the registers of every machine.
const SUMS: usize = 8;

/// The kernels of a convolution of one input channel, each shifted to every place of a winner.
#[derive(Debug, Clone)]
pub struct ScatterOneChannel {
    /// Output channel × place of the winner × planes × rows × columns of the reach.
    table: Vec<f32>,
    /// Planes that a block reaches: 4, or 1 in two dimensions.
    planes: usize,
    n_out: usize,
}

impl ScatterOneChannel {
    /// Makes the table from weights `n_out × 1 × taps`.
    pub fn new(geometry: &Geometry, weight: &[f32]) -> Self {
        let (depth, n_taps) = (geometry.kernel_depth, geometry.n_taps());
        let planes = if depth == 1 { 1 } else { REACH };
        let block = planes * PLANE;
        let mut table = vec![0.0; geometry.n_out * PLACES * block];
        let places = if depth == 1 { PLACES / 2 } else { PLACES };
        for (index, &value) in weight.iter().enumerate() {
            let (output, tap) = (index / n_taps, index % n_taps);
            for place in 0..places {
                let (z, y, x) = (tap / 9 + (place >> 2), tap / 3 % 3 + ((place >> 1) & 1), tap % 3 + (place & 1));
                table[(output * PLACES + place) * block + (z * REACH + y) * REACH + x] = value;
            }
        }
        Self { table, planes, n_out: geometry.n_out }
    }

    /// Length of a row of sums for `width` blocks: even blocks, then odd ones.
    pub fn columns(width: usize) -> usize {
        2 * half_len(width)
    }

    /// Adds row `y` of blocks to the planes of sums.
    ///
    /// # Safety
    /// The machine has the instructions of `S`. Rows of the targets are [`Self::columns`] long, of which there are
    /// `2 · (y + 1) + 2` at least, and no other reference to them is in use.
    #[inline(always)]
    pub unsafe fn add_row<S: Simd>(&self, winners: &WinnerRow, y: usize, targets: &ScatterTargets) {
        assert!(self.table.len() == self.n_out * PLACES * self.planes * PLANE);
        // SAFETY: the caller vouches for the instructions and the targets; the table has the length that was asserted.
        unsafe {
            // As much of the reach at once as SUMS vectors hold: a whole flat reach, all planes with wide vectors, else two.
            match self.planes {
                1 => self.add::<S, PLANE, 1>(winners, y, targets),
                _ if SUMS * S::N == REACH * PLANE => self.add::<S, { REACH * PLANE }, REACH>(winners, y, targets),
                _ => self.add::<S, { REACH * PLANE / 2 }, REACH>(winners, y, targets),
            }
        }
    }

    /// Adds a row of blocks whose reach has `PLANES` planes, `AT_ONCE` values of the reach at a time.
    ///
    /// # Safety
    /// What [`Self::add_row`] asks for; the table holds blocks of `PLANES` planes.
    #[inline(always)]
    unsafe fn add<S: Simd, const AT_ONCE: usize, const PLANES: usize>(&self, winners: &WinnerRow, y: usize, targets: &ScatterTargets) {
        let width = winners.width();
        for x in 0..width {
            let column = x % 2 * half_len(width) + x / 2 * REACH;
            for first in (0..PLANES * PLANE).step_by(AT_ONCE) {
                if targets.lack(first / PLANE..(first + AT_ONCE) / PLANE) {
                    continue;
                }
                // SAFETY: the caller vouches for the instructions and the table; a row of sums has REACH columns from `column` on, and
                // the caller's targets have the rows 2y to 2y + 3.
                unsafe {
                    let summed = self.sum::<S, AT_ONCE, PLANES>(winners, x, first);
                    for (row, summed) in summed.chunks_exact(REACH).enumerate() {
                        let row = first / REACH + row;
                        let Some(to) = targets.row(row / REACH, 2 * y + row % REACH) else { continue };
                        let to = to.add(column);
                        S::Quad::load(to).add(S::Quad::load(summed.as_ptr())).store(to);
                    }
                }
            }
        }
    }

    /// The contributions of all channels of block `x`, `AT_ONCE` values from the `first` value of its reach on.
    ///
    /// # Safety
    /// The machine has the instructions of `S`; the table holds blocks of `PLANES` planes, and `first + AT_ONCE` is no more
    /// than `PLANES · PLANE`.
    #[inline(always)]
    unsafe fn sum<S: Simd, const AT_ONCE: usize, const PLANES: usize>(
        &self,
        winners: &WinnerRow,
        x: usize,
        first: usize,
    ) -> [f32; AT_ONCE] {
        let mut summed = [0.0; AT_ONCE];
        // SAFETY: the caller vouches for the instructions and for `first`; offsets are three bits, fewer than PLACES, and the table has
        // blocks for all of them and all channels; AT_ONCE is whole vectors, at most SUMS of them.
        unsafe {
            let mut total = [S::splat(0.0); SUMS];
            let n_vectors = AT_ONCE / S::N;
            for channel in 0..self.n_out {
                let (gradient, offset) = winners.of(channel, x);
                let from = self.table.as_ptr().add((channel * PLACES + offset as usize) * PLANES * PLANE + first);
                let gradient = S::splat(gradient);
                for (index, total) in total[..n_vectors].iter_mut().enumerate() {
                    *total = total.add_product(gradient, S::load(from.add(index * S::N)));
                }
            }
            for (index, total) in total[..n_vectors].iter().enumerate() {
                total.store(summed.as_mut_ptr().add(index * S::N));
            }
        }
        summed
    }

    /// Adds the sums of even and odd blocks of a row, from column `first` on, and writes them to `row`. Odd blocks begin two
    /// columns later.
    #[inline(always)]
    pub fn read_row(sums: &[f32], first: usize, row: &mut [f32]) {
        let (even, odd) = sums.split_at(sums.len() / 2);
        let (alone, both) = row.split_at_mut(row.len().min(2_usize.saturating_sub(first)));
        let even = &even[first..];
        alone.copy_from_slice(&even[..alone.len()]);
        let odd = &odd[(first + alone.len()).saturating_sub(2)..];
        for (to, (even, odd)) in both.iter_mut().zip(even[alone.len()..].iter().zip(odd)) {
            *to = even + odd;
        }
    }
}

/// Columns of the even blocks of a row of `width` blocks, and as many of the odd ones.
fn half_len(width: usize) -> usize {
    (width + 2).div_ceil(2) * REACH
}
