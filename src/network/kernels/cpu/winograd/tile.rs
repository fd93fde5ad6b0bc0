//! Products and sums of a few tiles, for one group of output channels.

use super::{COMPONENTS, REACH, TILE_EDGE, VOXELS, pair};
use crate::network::kernels::cpu::convolve::{CHANNELS, LANES, TILE};
use crate::network::kernels::cpu::simd::Simd;

/// Sums over channels before they are added up to tiles: `components × CHANNELS × TILE` vectors.
pub type Scratch = [f32; COMPONENTS * CHANNELS * LANES];

/// Sums of voxels: `voxels × CHANNELS × LANES`.
pub type Sums = [f32; VOXELS * CHANNELS * LANES];

/// Voxels of [`TILE`] vectors of tiles, of one group of channels: `Σ weight · x`, voxels of a tile in scan order.
///
/// # Safety
/// As [`Simd`]; `weight` is that of a group, and there are as many combined values, a block of them.
#[inline(always)]
pub unsafe fn voxels<S: Simd>(block: *const f32, weight: &[f32], scratch: &mut Scratch, sums: &mut Sums) {
    let n_in = weight.len() / (COMPONENTS * CHANNELS);
    // SAFETY: the caller's; the scratch has room for all components.
    unsafe { products::<S>(block, n_in, weight.as_ptr(), scratch.as_mut_ptr()) };
    for output in 0..CHANNELS {
        for index in 0..TILE {
            // SAFETY: as above.
            unsafe {
                let from = scratch.as_ptr().add((output * TILE + index) * S::N);
                let to = sums.as_mut_ptr().add(output * LANES + index * S::N);
                for plane in 0..TILE_EDGE {
                    for (voxel, sum) in plane_of::<S>(from, plane).iter().enumerate() {
                        sum.store(to.add((plane * VOXELS / TILE_EDGE + voxel) * CHANNELS * LANES));
                    }
                }
            }
        }
    }
}

/// Sums over channels, component by component.
#[inline(always)]
unsafe fn products<S: Simd>(block: *const f32, n_in: usize, weight: *const f32, scratch: *mut f32) {
    let (mut from, mut weight, mut to) = (block, weight, scratch);
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

/// `Aᵀ m` along all axes, of one plane of the tile. One plane at a time, so that what is being added up fits the registers.
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
