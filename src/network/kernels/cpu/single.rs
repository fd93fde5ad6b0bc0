//! The way back into an image of one channel, where each kernel is too small to fill a vector.
//!
//! The windows of one block reach over 4×4×4 voxels. A table holds, for each output channel and each place of the winner,
//! the kernel in its place among zeros, so that a block's contributions of all channels are summed in registers and
//! written once. Neighbouring blocks of a row overlap by two voxels: even and odd blocks are summed apart, four columns
//! each, so that no sum is read that has just been written.

use super::geometry::Geometry;
use super::simd::Vector;
use super::sparse::Sources;

/// Columns that a block reaches over; also the lanes of the vectors used.
const REACH: usize = 4;

/// The table.
#[derive(Debug, Clone)]
pub struct Single {
    /// Output channel × place of the winner × planes × rows × columns.
    table: Vec<f32>,
    /// Planes that a block reaches over: 4, or 1 in two dimensions.
    planes: usize,
}

/// Places of a winner in its block.
const PLACES: usize = 8;

impl Single {
    /// From weights `n_out × 1 × taps`.
    pub fn new(geometry: &Geometry, weight: &[f32]) -> Self {
        let (depth, n_taps) = (geometry.kernel_depth, geometry.n_taps());
        let planes = if depth == 1 { 1 } else { REACH };
        let block = planes * REACH * REACH;
        let mut table = vec![0.0; geometry.n_out * PLACES * block];
        let places = if depth == 1 { PLACES / 2 } else { PLACES };
        for (index, &value) in weight.iter().enumerate() {
            let (output, tap) = (index / n_taps, index % n_taps);
            for place in 0..places {
                let (z, y, x) = (tap / 9 + (place >> 2), tap / 3 % 3 + ((place >> 1) & 1), tap % 3 + (place & 1));
                table[(output * PLACES + place) * block + (z * REACH + y) * REACH + x] = value;
            }
        }
        Self { table, planes }
    }

    /// Length of a row of sums: even blocks, then odd ones.
    pub fn columns(width: usize) -> usize {
        2 * half_len(width)
    }

    /// Adds a row of blocks to a pair of planes of sums.
    ///
    /// # Safety
    /// As [`Vector`], of four lanes.
    #[inline(always)]
    pub unsafe fn add_row<V: Vector>(
        &self,
        sources: &Sources,
        [y, width]: [usize; 2],
        upper: bool,
        (rows, columns): (usize, usize),
        sums: &mut [f32],
    ) {
        // SAFETY: the caller's.
        unsafe {
            match self.planes {
                1 => self.add::<V, 4>(sources, [y, width], 0, (rows, columns), sums),
                _ => self.add::<V, 8>(sources, [y, width], if upper { 8 } else { 0 }, (rows, columns), sums),
            }
        }
    }

    /// Adds `ROWS` rows of each block's reach, from `first` on.
    #[inline(always)]
    unsafe fn add<V: Vector, const ROWS: usize>(
        &self,
        sources: &Sources,
        [y, width]: [usize; 2],
        first: usize,
        (rows, columns): (usize, usize),
        sums: &mut [f32],
    ) {
        let block_len = self.planes * REACH * REACH;
        for x in 0..width {
            let block = y * width + x;
            let of_block = &sources.all[sources.starts[block]..sources.starts[block + 1]];
            // SAFETY: four lanes each, in a table of whole blocks and in rows of whole vectors.
            unsafe {
                let mut total = [V::splat(0.0); ROWS];
                for source in of_block {
                    let start = (source.channel as usize * PLACES + source.offset as usize) * block_len + first * REACH;
                    let from = self.table[start..start + ROWS * REACH].as_ptr();
                    let gradient = V::splat(source.gradient);
                    for (row, total) in total.iter_mut().enumerate() {
                        *total = total.add_product(gradient, V::load(from.add(row * REACH)));
                    }
                }
                let column = x % 2 * half_len(width) + x / 2 * REACH;
                for (row, &total) in total.iter().enumerate() {
                    let start = (row / REACH * rows + 2 * y + row % REACH) * columns + column;
                    let to = sums[start..start + REACH].as_mut_ptr();
                    V::load(to).add(total).store(to);
                }
            }
        }
    }

    /// Joins even and odd blocks of a row of sums, from column `first` on.
    pub fn read_row(sums: &[f32], first: usize, row: &mut [f32]) {
        let (even, odd) = sums.split_at(sums.len() / 2);
        for (index, to) in row.iter_mut().enumerate() {
            let column = first + index;
            *to = even[column] + if column >= 2 { odd[column - 2] } else { 0.0 };
        }
    }
}

/// Columns of the even blocks, and as many of the odd ones.
fn half_len(width: usize) -> usize {
    (width + 2).div_ceil(2) * REACH
}
