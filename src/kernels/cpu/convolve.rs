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

impl Finish {
    /// Finishes a vector of sums of one channel of the group.
    ///
    /// # Safety
    /// As [`Vector`].
    #[inline(always)]
    pub unsafe fn apply<V: Vector>(&self, channel: usize, sum: V) -> V {
        // SAFETY: the caller's.
        unsafe {
            let [bias, scale, shift] = [self.bias[channel], self.scale[channel], self.shift[channel]];
            sum.add(V::splat(bias)).mul(V::splat(scale)).add(V::splat(shift))
        }
    }
}

/// [`TILE`] vectors of a row: for each of [`CHANNELS`] output channels the finished `Σ weight · x`, `out_stride` apart.
///
/// `taps` are where the values under the window lie, from `x` on, of all channels one after the other; `weight` holds
/// `taps × CHANNELS`. Every sum runs over the taps in this order, whatever the width of vectors, so that results do not
/// depend on it but for the rounding of [`Vector::add_product`].
///
/// # Safety
/// As [`Vector`]. From all taps [`TILE`] vectors must be readable, and `out` must be as writable.
#[inline(always)]
pub unsafe fn tile<V: Vector>(x: *const f32, taps: &[u32], weight: *const f32, finish: &Finish, (out, out_stride): (*mut f32, usize)) {
    // SAFETY: the caller's.
    unsafe {
        let sums = sums::<V>(x, taps, weight);
        for (output, sums) in sums.iter().enumerate() {
            for (index, &sum) in sums.iter().enumerate() {
                finish.apply(output, sum).store(out.add(output * out_stride + index * V::N));
            }
        }
    }
}

/// The sums of [`tile`], not finished.
///
/// # Safety
/// As [`tile`].
#[inline(always)]
pub unsafe fn sums<V: Vector>(x: *const f32, taps: &[u32], weight: *const f32) -> [[V; TILE]; CHANNELS] {
    // SAFETY: the caller's.
    unsafe {
        let mut sums = [[V::splat(0.0); TILE]; CHANNELS];
        let mut weight = weight;
        // The taps are counted at run time: unrolled over them, the loop would need more registers than there are.
        for &tap in taps {
            let from = x.add(tap as usize);
            let values: [V; TILE] = std::array::from_fn(|index| V::load(from.add(index * V::N)));
            for (output, sums) in sums.iter_mut().enumerate() {
                let weight = V::splat(*weight.add(output));
                for (sum, &value) in sums.iter_mut().zip(&values) {
                    *sum = sum.add_product(weight, value);
                }
            }
            weight = weight.add(CHANNELS);
        }
        sums
    }
}
