//! Axes along which the input of a tile does not change.
//!
//! Where all sixteen columns of a tile's input are constant along an axis, the windows of neighbours along that axis are the same
//! window, so that their sums are one number: equal in float64, and equal here, since the components that tell them apart are
//! differences of equal numbers. Large parts of masked and of segmented images are so.

use super::transform::{COMPONENTS, REACH};
use crate::kernels::cpu::convolve::{LANES, TILE};
use crate::kernels::cpu::simd::Simd;

/// For each of [`LANES`] tiles the axes along which its input does not change, one bit for each as in
/// [`winner`](crate::kernels::winner) codes.
pub struct InvariantAxes([u8; LANES]);

impl InvariantAxes {
    /// The invariant axes of a block of transformed tiles, `components × n_in × TILE` vectors: those along which all components but the
    /// second, which adds instead of subtracting, are zero.
    ///
    /// # Safety
    /// The machine has the instructions of `S`, and `block` is readable for `COMPONENTS · n_in · TILE` vectors.
    #[inline(always)]
    pub unsafe fn of<S: Simd>(block: *const f32, n_in: usize) -> Self {
        let mut lanes = [0; LANES];
        // SAFETY: the caller vouches for the instructions and for `block`, of which `index` is below TILE, `channel` below `n_in` and
        // `component` below COMPONENTS; LANES values have room for each of the TILE vectors.
        unsafe {
            for index in 0..TILE {
                let mut changes = [S::splat(0.0); 3];
                for component in 0..COMPONENTS {
                    let place = [component / (REACH * REACH), component / REACH % REACH, component % REACH];
                    for channel in 0..n_in {
                        let value = S::load(block.add(((component * n_in + channel) * TILE + index) * S::N));
                        for (changes, place) in changes.iter_mut().zip(place) {
                            if place != 1 {
                                *changes = changes.or(value);
                            }
                        }
                    }
                }
                for (axis, changes) in changes.into_iter().enumerate() {
                    let mut bits = [0_u32; LANES];
                    changes.store(bits.as_mut_ptr().cast());
                    for (lane, &bits) in lanes[index * S::N..(index + 1) * S::N].iter_mut().zip(&bits) {
                        *lane |= if bits == 0 { 4 >> axis } else { 0 };
                    }
                }
            }
        }
        Self(lanes)
    }

    /// Whether the voxels of a tile that are closer to the largest than `margin` are the same sum, of which the first wins: they
    /// differ from it along invariant axes only. `voxels` holds [`LANES`] tiles for each place of a tile, of which this is `lane`;
    /// `winner` is the largest's place.
    pub fn decide(&self, tile: usize, lane: usize, voxels: &[f32], winner: u32, margin: f32) -> bool {
        let changing = !self.0[tile] & 7;
        if changing == 0 {
            return true;
        }
        let bound = voxels[winner as usize * LANES + lane] - margin;
        let is_near = |place: &usize| voxels[place * LANES + lane] >= bound;
        (0..voxels.len() / LANES).filter(is_near).all(|place| (place as u8 ^ winner as u8) & changing == 0)
    }
}
