//! A convolution of width 1, a row at a time.

use crate::kernels::cpu::convolve::{self, CHANNELS, Finish, LANES, TILE, TileRows};
use crate::kernels::cpu::packing::packed;
use crate::kernels::cpu::simd::Simd;

/// A convolution of width 1 with its normalisation, `(weight · x + bias) · scale + shift` at every voxel, weights packed for
/// [`convolve::tile`].
#[derive(Debug, Clone)]
pub struct Pointwise {
    n_in: usize,
    n_out: usize,
    weight: Vec<f32>,
    finish: Vec<Finish>,
}

impl Pointwise {
    /// Packs weights `n_out × n_in`; bias, scale and shift have one value for each output channel.
    pub fn new(n_in: usize, weight: &[f32], [bias, scale, shift]: [&[f32]; 3]) -> Self {
        let (weight, finish) = packed(n_in, weight, [bias, scale, shift]);
        Self { n_in, n_out: bias.len(), weight, finish }
    }

    /// Packs the weights of the backward pass, from `n_out` channels to `n_in`; gradients are multiplied by `scale` on the way.
    pub fn transposed(n_in: usize, weight: &[f32], scale: &[f32]) -> Self {
        let n_out = scale.len();
        let transposed = (0..n_in * n_out).map(|index| weight[index % n_out * n_in + index / n_out] * scale[index % n_out]);
        let (zeros, ones) = (vec![0.0; n_in], vec![1.0; n_in]);
        Self::new(n_out, &transposed.collect::<Vec<_>>(), [&zeros, &ones, &zeros])
    }

    /// Channels of the input.
    pub fn n_in(&self) -> usize {
        self.n_in
    }

    /// Groups of [`CHANNELS`] output channels.
    pub fn n_groups(&self) -> usize {
        self.finish.len()
    }

    /// The output channels of a group.
    pub fn channels(&self, group: usize) -> std::ops::Range<usize> {
        group * CHANNELS..self.n_out.min((group + 1) * CHANNELS)
    }

    /// Computes one row of a group of output channels from one row of each input channel.
    ///
    /// # Safety
    /// The machine has the instructions of `S`.
    ///
    /// # Panics
    /// If rows are too short for `width` rounded up to whole tiles.
    #[inline(always)]
    pub unsafe fn row<S: Simd>(&self, group: usize, input: &PaddedRows, output: &mut PaddedRows, width: usize) {
        assert!(width.next_multiple_of(LANES) <= input.len.min(output.len));
        assert!(input.values.len() >= self.n_in * input.len && output.values.len() >= CHANNELS * output.len);
        let weight = self.weight[group * self.n_in * CHANNELS..].as_ptr();
        for x in (0..width).step_by(TILE * S::N) {
            // SAFETY: the caller's machine has the instructions of `S`; rows of all input channels, and of CHANNELS output channels,
            // hold the width rounded up to LANES values (asserted above), of which a tile has at most as many; a group has n_in ×
            // CHANNELS weights.
            unsafe {
                let to = TileRows { first: output.values.as_mut_ptr().add(x), stride: output.len };
                let from = input.values.as_ptr().add(x);
                convolve::tile::<S>(from, &input.starts[..self.n_in], weight, &self.finish[group], to);
            }
        }
    }
}

/// One row of each of some channels, with room for whole tiles.
pub struct PaddedRows {
    values: Vec<f32>,
    /// Where the row of each channel begins.
    starts: Vec<u32>,
    /// Values from a channel's row to the next channel's.
    len: usize,
}

impl PaddedRows {
    /// Rows of zeros.
    pub fn new(n_channels: usize, width: usize) -> Self {
        // Pooling reads pairs, two voxels further.
        let len = width.next_multiple_of(LANES) + 2 * LANES;
        let starts = (0..n_channels).map(|channel| (channel * len) as u32).collect();
        Self { values: vec![0.0; n_channels * len], starts, len }
    }

    /// The row of a channel, with the room behind it.
    pub fn get(&self, channel: usize) -> &[f32] {
        &self.values[channel * self.len..][..self.len]
    }

    /// The row of a channel, with the room behind it, to write to.
    pub fn get_mut(&mut self, channel: usize) -> &mut [f32] {
        &mut self.values[channel * self.len..][..self.len]
    }

    /// Copies a row to the beginning of a channel's row.
    pub fn set(&mut self, channel: usize, row: &[f32]) {
        self.get_mut(channel)[..row.len()].copy_from_slice(row);
    }
}
