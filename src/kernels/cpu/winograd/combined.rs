//! What a few tiles look at, combined along all axes.

use super::planes::{PARTS, Planes};
use super::{COMPONENTS, REACH, combine};
use crate::kernels::cpu::convolve::{LANES, TILE};
use crate::kernels::cpu::simd::Simd;

/// So many values are combined at once, about: each is read once for every group of output channels, from a near cache.
const VALUES: usize = 8 << 10;

/// Combined values of all channels, in blocks of [`TILE`] vectors of tiles: `blocks × components × n_in × TILE` vectors.
pub struct Combined {
    values: Vec<f32>,
    n_in: usize,
    n_tiles: usize,
}

impl Combined {
    /// Room for as many tiles as are to be computed at once.
    pub fn new(n_in: usize) -> Self {
        let n_tiles = (VALUES / (COMPONENTS * n_in)).max(1).next_multiple_of(LANES);
        // Each block is followed by a gap, so that blocks do not all lie in the same sets of the cache.
        let n_blocks = n_tiles / LANES * 2;
        Self { values: vec![0.0; n_blocks * (COMPONENTS * n_in + 1) * LANES], n_in, n_tiles }
    }

    /// Tiles that are computed at once.
    pub fn n_tiles(&self) -> usize {
        self.n_tiles
    }

    /// A block: `components × n_in × TILE` vectors.
    #[inline(always)]
    pub fn block<S: Simd>(&self, index: usize) -> *const f32 {
        self.values[index * self.block_len::<S>()..].as_ptr()
    }

    #[inline(always)]
    fn block_len<S: Simd>(&self) -> usize {
        COMPONENTS * self.n_in * TILE * S::N + LANES
    }

    /// Combines what `n` tiles, from tile `first` of the plane on, look at in the four planes from `z` on.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    pub unsafe fn combine<S: Simd>(&mut self, planes: &Planes, z: isize, first: usize, n: usize) {
        assert!(n <= self.n_tiles);
        let block_len = self.block_len::<S>();
        let vectors = n.div_ceil(S::N);
        let step = TILE * S::N;
        let component = self.n_in * step;
        let to = self.values[..vectors.div_ceil(TILE) * block_len].as_mut_ptr();
        for channel in 0..self.n_in {
            for part in 0..PARTS {
                let mut from = [std::ptr::null(); REACH];
                for (index, from) in from.iter_mut().enumerate() {
                    // What lies before the padding only takes part in the padding itself, which nobody reads.
                    *from = planes.part((z + index as isize).max(-1), channel, part)[first..first + vectors * S::N].as_ptr();
                }
                for vector in 0..vectors {
                    // SAFETY: the caller's; blocks have room for all components and channels.
                    unsafe {
                        let to = to.add(vector / TILE * block_len + part * component + channel * step + vector % TILE * S::N);
                        let mut values = [S::splat(0.0); REACH];
                        for (value, from) in values.iter_mut().zip(from) {
                            *value = S::load(from.add(vector * S::N));
                        }
                        for (plane, value) in combine(values).iter().enumerate() {
                            value.store(to.add(plane * PARTS * component));
                        }
                    }
                }
            }
        }
    }
}
