//! Products and sums of a few tiles, for one group of output channels.

use super::{COMPONENTS, REACH, TILE_EDGE, VOXELS, pair};
use crate::kernels::cpu::convolve::{CHANNELS, LANES, TILE};
use crate::kernels::cpu::simd::Simd;

/// Sums over channels before they are added up to tiles: `components × CHANNELS × TILE` vectors.
pub type Scratch = [f32; COMPONENTS * CHANNELS * LANES];

/// Sums over channels of [`TILE`] vectors of tiles, of one group of output channels, component by component: `Σ weight · x`.
///
/// # Safety
/// As [`Simd`]; `weight` is that of a group, and of combined values there are as many, a block of them.
#[inline(always)]
pub unsafe fn products<S: Simd>(block: *const f32, weight: &[f32], scratch: &mut Scratch) {
    let n_in = weight.len() / (COMPONENTS * CHANNELS);
    let (mut from, mut weight, mut to) = (block, weight.as_ptr(), scratch.as_mut_ptr());
    for _ in 0..COMPONENTS {
        // SAFETY: the caller's.
        unsafe {
            let mut sums = [[S::splat(0.0); TILE]; CHANNELS];
            let values = vectors::<S>(from);
            for (output, sums) in sums.iter_mut().enumerate() {
                let weight = S::splat(*weight.add(output));
                for (sum, &value) in sums.iter_mut().zip(&values) {
                    *sum = weight.mul(value);
                }
            }
            for channel in 1..n_in {
                let values = vectors::<S>(from.add(channel * TILE * S::N));
                let weight = weight.add(channel * CHANNELS);
                for (output, sums) in sums.iter_mut().enumerate() {
                    let weight = S::splat(*weight.add(output));
                    for (sum, &value) in sums.iter_mut().zip(&values) {
                        *sum = sum.add_product(weight, value);
                    }
                }
            }
            from = from.add(n_in * TILE * S::N);
            weight = weight.add(n_in * CHANNELS);
            for (output, sums) in sums.iter().enumerate() {
                for (index, sum) in sums.iter().enumerate() {
                    sum.store(to.add((output * TILE + index) * S::N));
                }
            }
            to = to.add(CHANNELS * TILE * S::N);
        }
    }
}

/// The voxels of a vector of tiles of one channel of the group, in scan order: `Aᵀ m` along all axes.
///
/// # Safety
/// As [`Simd`]; `index` is that of the vector, less than [`TILE`], `channel` less than [`CHANNELS`].
#[inline(always)]
pub unsafe fn add_up<S: Simd>(scratch: &Scratch, channel: usize, index: usize) -> [S; VOXELS] {
    // SAFETY: the caller's.
    unsafe {
        let from = scratch.as_ptr().add((channel * TILE + index) * S::N);
        let ([a, b, c, d], [e, f, g, h]) = (plane_of::<S>(from, 0), plane_of::<S>(from, 1));
        [a, b, c, d, e, f, g, h]
    }
}

#[inline(always)]
unsafe fn vectors<S: Simd>(from: *const f32) -> [S; TILE] {
    // SAFETY: as below.
    let mut values = [unsafe { S::splat(0.0) }; TILE];
    for (index, value) in values.iter_mut().enumerate() {
        // SAFETY: the caller's.
        *value = unsafe { S::load(from.add(index * S::N)) };
    }
    values
}

/// One plane of a tile at a time, so that what is being added up fits the registers.
#[inline(always)]
unsafe fn plane_of<S: Simd>(from: *const f32, plane: usize) -> [S; VOXELS / TILE_EDGE] {
    // SAFETY: the caller's.
    unsafe {
        let mut by_column = [[S::splat(0.0); REACH]; TILE_EDGE];
        for column in 0..REACH {
            let mut rows = [S::splat(0.0); REACH];
            for (row, value) in rows.iter_mut().enumerate() {
                let at = |depth: usize| S::load(from.add(((depth * REACH + row) * REACH + column) * CHANNELS * TILE * S::N));
                *value = if plane == 0 { at(0).add(at(1)).add(at(2)) } else { at(1).sub(at(2)).sub(at(3)) };
            }
            for (columns, sum) in by_column.iter_mut().zip(pair(rows)) {
                columns[column] = sum;
            }
        }
        let ([a, b], [c, d]) = (pair(by_column[0]), pair(by_column[1]));
        [a, b, c, d]
    }
}
