//! The inner loop: one row of the output of a convolution, a few output channels at once.

use super::simd::Vector;

/// Output channels that are computed together: every value read is used for all of them.
pub const CHANNELS: usize = 4;

/// Vectors of a row that are computed together. With four channels, sums, values and a weight take eleven registers of
/// the sixteen that x86-64 has; three vectors would leave the compilers of browsers short of some.
pub const TILE: usize = 2;

/// Values of a row that may be computed at once, whatever the machine's vectors: rows are padded to a multiple.
pub const LANES: usize = 8 * TILE;

/// What becomes of the sums of [`CHANNELS`] output channels: `(sum + bias) · scale + shift`.
#[derive(Debug, Clone, Copy)]
pub struct Finish {
    /// Of the convolution.
    pub bias: [f32; CHANNELS],
    /// Of batch normalisation.
    pub scale: [f32; CHANNELS],
    /// Of batch normalisation.
    pub shift: [f32; CHANNELS],
}

/// One row: for each of [`CHANNELS`] output channels and `width` voxels the finished `Σ weight · x`, `out_stride` apart.
///
/// `taps` are where the values under the window of the first voxel lie in the first input channel, `channel_stride` is the
/// way to the next channel; `weight` holds `n_in × taps × CHANNELS`. Every sum runs over channels and taps in this order,
/// whatever the width of vectors, so that results do not depend on it but for the rounding of [`Vector::add_product`].
///
/// # Safety
/// As [`Vector`]. From all taps `width` values must be readable, rounded up to a multiple of [`LANES`], and `out` must be
/// as writable.
#[inline(always)]
pub unsafe fn row<V: Vector>(
    taps: &[*const f32],
    (n_in, channel_stride): (usize, usize),
    weight: *const f32,
    finish: &Finish,
    (out, out_stride): (*mut f32, usize),
    width: usize,
) {
    let mut x = 0;
    while x < width {
        // SAFETY: the caller's.
        unsafe {
            let mut sums = [[V::splat(0.0); TILE]; CHANNELS];
            let mut weight = weight;
            for channel in 0..n_in {
                let ahead = channel * channel_stride + x;
                // The taps are counted at run time: unrolled over them, the loop would need more registers than there are.
                for tap in taps {
                    let from = tap.add(ahead);
                    let values: [V; TILE] = std::array::from_fn(|index| V::load(from.add(index * V::N)));
                    for (output, sums) in sums.iter_mut().enumerate() {
                        let weight = V::splat(*weight.add(output));
                        for (sum, &value) in sums.iter_mut().zip(&values) {
                            *sum = sum.add_product(weight, value);
                        }
                    }
                    weight = weight.add(CHANNELS);
                }
            }
            for (output, sums) in sums.iter().enumerate() {
                let (bias, scale) = (V::splat(finish.bias[output]), V::splat(finish.scale[output]));
                let shift = V::splat(finish.shift[output]);
                for (index, &sum) in sums.iter().enumerate() {
                    sum.add(bias).mul(scale).add(shift).store(out.add(output * out_stride + x + index * V::N));
                }
            }
        }
        x += TILE * V::N;
    }
}
