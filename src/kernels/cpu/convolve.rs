//! The inner loop of direct sums: one row of the output of a convolution, a few output channels at once.

use super::simd::Vector;

/// Output channels that are computed together, a *group*: every value read is used for all of them.
pub const CHANNELS: usize = 4;

/// Vectors of a row that are computed together. With four channels, sums, values and a weight take eleven registers of
/// the sixteen that x86-64 has; three vectors would leave the compilers of browsers short of some.
pub const TILE: usize = 2;

/// Values of a row that may be computed at once, whatever the machine's vectors: rows are padded to a multiple.
pub const LANES: usize = 8 * TILE;

/// What becomes of the sums of a group of [`CHANNELS`] output channels: `(sum + bias) · scale + shift`.
#[derive(Debug, Clone, Copy)]
pub struct Finish {
    /// Bias of the convolution, for each channel of the group.
    pub bias: [f32; CHANNELS],
    /// Scale of batch normalisation, for each channel of the group.
    pub scale: [f32; CHANNELS],
    /// Shift of batch normalisation, for each channel of the group.
    pub shift: [f32; CHANNELS],
}

impl Finish {
    /// Finishes a vector of sums of one channel of the group.
    ///
    /// # Safety
    /// The machine has the instructions of `V`.
    #[inline(always)]
    pub unsafe fn apply<V: Vector>(&self, channel: usize, sum: V) -> V {
        // SAFETY: the caller's machine has the instructions of `V`; no pointers are involved.
        unsafe {
            let [bias, scale, shift] = [self.bias[channel], self.scale[channel], self.shift[channel]];
            sum.add(V::splat(bias)).mul(V::splat(scale)).add(V::splat(shift))
        }
    }
}

/// Where a tile of a group of output channels is written.
#[derive(Clone, Copy)]
pub struct TileRows {
    /// The tile's first value in the row of the group's first channel.
    pub first: *mut f32,
    /// Values from a channel's row to the next channel's.
    pub stride: usize,
}

/// Computes [`TILE`] vectors of a row: for each channel of a group the finished `Σ weight · x`.
///
/// `taps` are where the values under the window lie, from `x` on, of all channels one after the other; `weight` holds
/// `taps × CHANNELS`. Every sum runs over the taps in this order, whatever the width of vectors, so that results do not
/// depend on it but for the rounding of [`Vector::add_product`].
///
/// # Safety
/// The machine has the instructions of `V`. [`TILE`] vectors are readable from each tap and writable in each of the
/// [`CHANNELS`] rows of `to`; `weight` is readable for `taps.len() · CHANNELS` values.
#[inline(always)]
pub unsafe fn tile<V: Vector>(x: *const f32, taps: &[u32], weight: *const f32, finish: &Finish, to: TileRows) {
    // SAFETY: the caller vouches for the instructions, for the taps and weights that `sums` reads, and for TILE writable
    // vectors in each of CHANNELS rows, to which `output` and `index` are restricted by the arrays' lengths.
    unsafe {
        let sums = sums::<V>(x, taps, weight);
        for (output, sums) in sums.iter().enumerate() {
            for (index, &sum) in sums.iter().enumerate() {
                finish.apply(output, sum).store(to.first.add(output * to.stride + index * V::N));
            }
        }
    }
}

/// The sums of [`tile`] before bias and normalisation.
///
/// # Safety
/// The machine has the instructions of `V`. [`TILE`] vectors are readable from each tap, and `weight` for
/// `taps.len() · CHANNELS` values.
#[inline(always)]
pub unsafe fn sums<V: Vector>(x: *const f32, taps: &[u32], weight: *const f32) -> [[V; TILE]; CHANNELS] {
    // SAFETY: the caller vouches for the instructions and for TILE readable vectors from each tap; `weight` moves on by
    // CHANNELS values for each tap, for so many of which it is readable.
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
