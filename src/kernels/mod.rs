//! Fused blocks: convolution, pooling, batch normalisation and rectifier as one layer, in kernels of our own.
//!
//! Nearly all work of a CNN of ClinicaDL is in its convolution blocks. Layer by layer they write the full-resolution
//! output of the convolution (201 MB for the first block of Conv5_FC3 at 1 mm) only to throw away seven values of eight.
//! A fused block computes the few rows that one pooled row needs, keeps the largest value of each pooling block, and of all
//! else one byte: which voxel it was. The way back is as sparse: at most one voxel of eight carries a gradient.
//!
//! The rectifier comes after pooling here. The maximum of rectified values is the rectified maximum, and an eighth of the
//! values is left to rectify.

mod activation;
mod block;
mod cache;
pub mod cpu;
pub mod gpu;

pub use activation::Activation;
pub use block::{Block, BlockTail};
pub use cache::BlockCache;

use serde::{Deserialize, Serialize};

/// What a block computes, device apart: `rectifier(max(scale · (weight ∗ x + bias) + shift))`.
///
/// The convolution has kernel 3 and padding 1 along the first `n_axes` axes. With `pool` the maximum is over blocks of two
/// voxels along these axes, an odd axis being padded with one zero in front *after* the rectifier
/// ([`crate::network::layers::PadMaxPool`]); without it there is nothing to choose from.
#[derive(Debug, Clone)]
pub struct BlockParameters {
    /// Channels of the input.
    pub n_in: usize,
    /// Channels of the output.
    pub n_out: usize,
    /// 2 or 3.
    pub n_axes: usize,
    /// 1 or 2, the same along all axes.
    pub stride: usize,
    /// Whether the block pools.
    pub pool: bool,
    /// `n_out × n_in × 3^n_axes`, last axis fastest.
    pub weight: Vec<f32>,
    /// `n_out`.
    pub bias: Vec<f32>,
    /// `n_out`.
    pub scale: Vec<f32>,
    /// `n_out`.
    pub shift: Vec<f32>,
    /// What becomes of negative values.
    pub rectifier: Rectifier,
}

impl BlockParameters {
    /// Weights, bias, scale and shift.
    pub fn arrays(&self) -> [&[f32]; 4] {
        [&self.weight, &self.bias, &self.scale, &self.shift]
    }

    /// The same block without negative scales, so that the largest of scaled values comes from the largest sum: where a
    /// scale is negative, it is negated with the weights and the bias of its channel, which rounds nothing.
    pub fn with_positive_scales(&self) -> Self {
        let mut turned = self.clone();
        let n_each = self.weight.len() / self.n_out.max(1);
        for (channel, scale) in turned.scale.iter_mut().enumerate().filter(|(_, scale)| scale.is_sign_negative()) {
            *scale = -*scale;
            turned.bias[channel] = -turned.bias[channel];
            turned.weight[channel * n_each..(channel + 1) * n_each].iter_mut().for_each(|weight| *weight = -*weight);
        }
        turned
    }
}

/// What becomes of values that are not positive: they are multiplied by a slope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rectifier {
    /// They stay.
    None,
    /// Slope 0.
    Relu,
    /// Slope 1/100.
    Leaky,
}

/// One byte per output value, in the order of the output: where its gradient goes.
///
/// The lowest three bits are the offset of the winning voxel in its block of 2×2×2 as `4·z + 2·y + x` (2D: `2·y + x`; 0
/// without pooling).
pub mod winner {
    /// The offset.
    pub const OFFSET: u8 = 0b0111;
    /// Set where no gradient passes: the rectifier is closed, or the padded zero won.
    pub const CLOSED: u8 = 0b1000;
    /// Set where the gradient is multiplied by [`super::LEAK`].
    pub const LEAKS: u8 = 0b1_0000;
}

/// Slope of [`Rectifier::Leaky`] (torch's default).
pub const LEAK: f32 = 0.01;
