//! The input transform along planes, which makes the components of a few tiles.

use super::transform::{COMPONENTS, PLANE_COMPONENTS, REACH, transform_input};
use super::transformed_planes::TransformedPlanes;
use crate::kernels::cpu::convolve::{LANES, TILE};
use crate::kernels::cpu::simd::Simd;

/// About as many values are transformed at once: each is read once for every group of output channels, from a near cache.
const VALUES: usize = 8 << 10;

/// The transformed input of a few tiles, all channels, in blocks of [`TILE`] vectors of tiles: `blocks × components × n_in × TILE`
/// vectors.
pub struct TransformedTiles {
    values: Vec<f32>,
    n_in: usize,
    n_tiles: usize,
}

impl TransformedTiles {
    /// Room for as many tiles as are to be computed at once.
    pub fn new(n_in: usize) -> Self {
        let n_tiles = (VALUES / (COMPONENTS * n_in)).max(1).next_multiple_of(LANES);
        // Each block is followed by a gap, so that blocks do not all lie in the same sets of the cache.
        let n_blocks = n_tiles / LANES * 2;
        Self { values: vec![0.0; n_blocks * (COMPONENTS * n_in + 1) * LANES], n_in, n_tiles }
    }

    /// Number of tiles that are computed at once.
    pub fn n_tiles(&self) -> usize {
        self.n_tiles
    }

    /// The first value of a block: `components × n_in × TILE` vectors.
    #[inline(always)]
    pub fn block<S: Simd>(&self, index: usize) -> *const f32 {
        self.values[index * self.block_len::<S>()..].as_ptr()
    }

    /// Values from a block to the next.
    #[inline(always)]
    fn block_len<S: Simd>(&self) -> usize {
        COMPONENTS * self.n_in * TILE * S::N + LANES
    }

    /// Transforms the input of `n` tiles, from tile `first` of the band on, whose four planes begin at `z`.
    ///
    /// # Safety
    /// The machine has the instructions of `S`.
    ///
    /// # Panics
    /// If there is no room for `n` tiles, or no `n` tiles, rounded up to whole vectors, from the first on.
    #[inline(always)]
    pub unsafe fn transform<S: Simd>(&mut self, planes: &TransformedPlanes, z: isize, first: usize, n: usize) {
        assert!(n <= self.n_tiles);
        let block_len = self.block_len::<S>();
        let vectors = n.div_ceil(S::N);
        let block_width = TILE * S::N;
        let component_len = self.n_in * block_width;
        let to = self.values[..vectors.div_ceil(TILE) * block_len].as_mut_ptr();
        for channel in 0..self.n_in {
            for component in 0..PLANE_COMPONENTS {
                let mut from = [std::ptr::null(); REACH];
                for (index, from) in from.iter_mut().enumerate() {
                    // What lies before the padding only takes part in the padding itself, which nobody reads.
                    let plane = planes.component((z + index as isize).max(-1), channel, component);
                    *from = plane[first..first + vectors * S::N].as_ptr();
                }
                for vector in 0..vectors {
                    // SAFETY: the caller's machine has the instructions of `S`. `vectors` vectors are readable from each of the four
                    // planes (sliced above), and `vectors / TILE`, rounded up, blocks with room for all components and channels are
                    // writable (sliced above).
                    unsafe {
                        let within = component * component_len + channel * block_width + vector % TILE * S::N;
                        let to = to.add(vector / TILE * block_len + within);
                        let mut values = [S::splat(0.0); REACH];
                        for (value, from) in values.iter_mut().zip(from) {
                            *value = S::load(from.add(vector * S::N));
                        }
                        for (plane, value) in transform_input(values).iter().enumerate() {
                            value.store(to.add(plane * PLANE_COMPONENTS * component_len));
                        }
                    }
                }
            }
        }
    }
}
