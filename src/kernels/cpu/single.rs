//! The way back into an image of one channel, where each kernel is too small to fill a vector.
//!
//! The windows of one block reach over 4×4×4 voxels. A table holds, for each output channel and each place of the winner,
//! the kernel in its place among zeros, so that a block's contributions of all channels are summed in registers and
//! written once. Neighbouring blocks of a row overlap by two voxels: even and odd blocks are summed apart, four columns
//! each, so that no sum is read that has just been written.

use super::geometry::Geometry;
use super::simd::{Simd, Vector};
use super::sources::Sources;
use super::sparse::Targets;

/// Columns that a block reaches over, and rows.
const REACH: usize = 4;

/// Values of a plane that a block reaches over.
const PLANE: usize = REACH * REACH;

/// Places of a winner in its block.
const PLACES: usize = 8;

/// Vectors that are summed at once: with a gradient and what is loaded they fit the registers of every machine.
const SUMS: usize = 8;

/// The table.
#[derive(Debug, Clone)]
pub struct Single {
    /// Output channel × place of the winner × planes × rows × columns.
    table: Vec<f32>,
    /// Planes that a block reaches over: 4, or 1 in two dimensions.
    planes: usize,
    /// Rows of the table.
    n_out: usize,
}

impl Single {
    /// From weights `n_out × 1 × taps`.
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

    /// Length of a row of sums: even blocks, then odd ones.
    pub fn columns(width: usize) -> usize {
        2 * half_len(width)
    }

    /// Adds a row of blocks, each of which has one source for each output channel.
    ///
    /// # Safety
    /// As [`Simd`] and [`Targets`]; rows of sums are [`Self::columns`] long.
    #[inline(always)]
    pub unsafe fn add_row<S: Simd>(&self, sources: &Sources, y: usize, targets: &Targets) {
        let width = sources.width();
        assert!(self.table.len() == self.n_out * PLACES * self.planes * PLANE);
        // SAFETY: the caller's.
        unsafe {
            match self.planes {
                1 => self.add::<S, PLANE, 1>(sources, [y, width], targets),
                _ if SUMS * S::N == REACH * PLANE => self.add::<S, { REACH * PLANE }, REACH>(sources, [y, width], targets),
                _ => self.add::<S, { REACH * PLANE / 2 }, REACH>(sources, [y, width], targets),
            }
        }
    }

    /// Sums up `AT_ONCE` values of each block's reach over `PLANES` planes at a time.
    #[inline(always)]
    unsafe fn add<S: Simd, const AT_ONCE: usize, const PLANES: usize>(&self, sources: &Sources, [y, width]: [usize; 2], targets: &Targets) {
        for x in 0..width {
            let column = x % 2 * half_len(width) + x / 2 * REACH;
            for first in (0..PLANES * PLANE).step_by(AT_ONCE) {
                if targets.lack(first / PLANE..(first + AT_ONCE) / PLANE) {
                    continue;
                }
                // SAFETY: places are fewer than PLACES, and the table has rows of all channels; targets are the caller's.
                unsafe {
                    let summed = self.sum::<S, AT_ONCE, PLANES>(sources, x, first);
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

    /// The contributions of a block's sources, from the `first` value of its reach on.
    #[inline(always)]
    unsafe fn sum<S: Simd, const AT_ONCE: usize, const PLANES: usize>(&self, sources: &Sources, x: usize, first: usize) -> [f32; AT_ONCE] {
        let mut summed = [0.0; AT_ONCE];
        // SAFETY: the caller's.
        unsafe {
            let mut total = [S::splat(0.0); SUMS];
            let n_vectors = AT_ONCE / S::N;
            for channel in 0..self.n_out {
                let (gradient, offset) = sources.of(channel, x);
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

    /// Joins even and odd blocks of a row of sums, from column `first` on. Odd ones begin two columns later.
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

/// Columns of the even blocks, and as many of the odd ones.
fn half_len(width: usize) -> usize {
    (width + 2).div_ceil(2) * REACH
}
