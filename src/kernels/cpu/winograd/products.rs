//! The products of a few tiles for one group of output channels, and their output transform.

use super::transform::{COMPONENTS, REACH, TILE_EDGE, VOXELS, transform_output};
use crate::kernels::cpu::convolve::{CHANNELS, LANES, TILE};
use crate::kernels::cpu::simd::Simd;

/// Products summed over input channels, before the output transform: `components × CHANNELS × TILE` vectors.
pub type ProductSums = [f32; COMPONENTS * CHANNELS * LANES];

/// Multiplies [`TILE`] vectors of tiles by the filters of one group of output channels, component by component, and sums over input
/// channels: `Σ weight · x`. `block` is transformed input, `components × n_in × TILE` vectors; `filters` are
/// `components × n_in × CHANNELS`.
///
/// # Safety
/// The machine has the instructions of `S`, and `block` is readable for `filters.len() / CHANNELS · TILE` vectors.
#[inline(always)]
pub unsafe fn multiply<S: Simd>(block: *const f32, filters: &[f32], products: &mut ProductSums) {
    let n_in = filters.len() / (COMPONENTS * CHANNELS);
    let (mut from, mut weight, mut to) = (block, filters.as_ptr(), products.as_mut_ptr());
    for _ in 0..COMPONENTS {
        // SAFETY: the caller vouches for the instructions and for `block`. For each component `from` moves on by n_in × TILE vectors,
        // `weight` by n_in × CHANNELS values and `to` by CHANNELS × TILE vectors, of which all three have COMPONENTS times as many.
        unsafe {
            let mut sums = [[S::splat(0.0); TILE]; CHANNELS];
            let values = vectors::<S>(from);
            // The first channel begins the sums instead of being added to zeros.
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

/// The voxels of a vector of tiles of one channel of the group, in scan order: the output transform `Aᵀ m` along all axes.
///
/// # Safety
/// The machine has the instructions of `S`. `index`, that of the vector, is less than [`TILE`], and `channel` less than
/// [`CHANNELS`].
#[inline(always)]
pub unsafe fn transform_output_tile<S: Simd>(products: &ProductSums, channel: usize, index: usize) -> [S; VOXELS] {
    // SAFETY: the caller vouches for the instructions, and for `index` and `channel`, so that each component of `products` has this vector.
    unsafe {
        let from = products.as_ptr().add((channel * TILE + index) * S::N);
        let ([a, b, c, d], [e, f, g, h]) = (transform_output_plane::<S>(from, 0), transform_output_plane::<S>(from, 1));
        [a, b, c, d, e, f, g, h]
    }
}

/// [`TILE`] vectors that follow each other.
///
/// # Safety
/// The machine has the instructions of `S`, and `from` is readable for [`TILE`] vectors.
#[inline(always)]
unsafe fn vectors<S: Simd>(from: *const f32) -> [S; TILE] {
    // SAFETY: the caller's machine has the instructions of `S`.
    let mut values = [unsafe { S::splat(0.0) }; TILE];
    for (index, value) in values.iter_mut().enumerate() {
        // SAFETY: `index` is less than TILE, and the caller vouches for TILE readable vectors.
        *value = unsafe { S::load(from.add(index * S::N)) };
    }
    values
}

/// The voxels of one plane of a vector of tiles: the output transform along planes for this plane alone, so that what is being
/// added up fits the registers, then along rows and columns.
///
/// # Safety
/// The machine has the instructions of `S`, and `from` is the vector's place in the first component of [`ProductSums`].
#[inline(always)]
unsafe fn transform_output_plane<S: Simd>(from: *const f32, plane: usize) -> [S; VOXELS / TILE_EDGE] {
    // SAFETY: the caller vouches for the instructions and for `from`; the places of the same vector in the components are
    // CHANNELS × TILE vectors apart, and component indices are below COMPONENTS.
    unsafe {
        let mut by_column = [[S::splat(0.0); REACH]; TILE_EDGE];
        for column in 0..REACH {
            let mut rows = [S::splat(0.0); REACH];
            for (row, value) in rows.iter_mut().enumerate() {
                let at = |depth: usize| S::load(from.add(((depth * REACH + row) * REACH + column) * CHANNELS * TILE * S::N));
                *value = if plane == 0 { at(0).add(at(1)).add(at(2)) } else { at(1).sub(at(2)).sub(at(3)) };
            }
            for (columns, sum) in by_column.iter_mut().zip(transform_output(rows)) {
                columns[column] = sum;
            }
        }
        let ([a, b], [c, d]) = (transform_output(by_column[0]), transform_output(by_column[1]));
        [a, b, c, d]
    }
}
