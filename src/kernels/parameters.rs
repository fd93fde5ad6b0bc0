//! What a fused block computes, device apart.

use serde::{Deserialize, Serialize};

/// What a block computes, device apart: `rectifier(max(scale · (weight ∗ x + bias) + shift))`.
///
/// The convolution has kernel 3 and padding 1 along the first `n_axes` axes. With `pool` the maximum is over blocks of two
/// voxels along these axes; an odd axis is padded with one zero in front *after* the rectifier, as ClinicaDL's `PadMaxPool`
/// does. Without `pool` every value is its own maximum.
#[derive(Debug, Clone)]
pub struct BlockParameters {
    /// Channels of the input.
    pub n_in: usize,
    /// Channels of the output.
    pub n_out: usize,
    /// Spatial axes of the convolution: 2 or 3.
    pub n_axes: usize,
    /// Stride of the convolution, the same along all axes: 1 or 2.
    pub stride: usize,
    /// Whether the block pools.
    pub pool: bool,
    /// Weights of the convolution: `n_out × n_in × 3^n_axes`, last axis fastest.
    pub weight: Vec<f32>,
    /// Bias of the convolution, one value for each output channel.
    pub bias: Vec<f32>,
    /// Scale of batch normalisation, one value for each output channel.
    pub scale: Vec<f32>,
    /// Shift of batch normalisation, one value for each output channel.
    pub shift: Vec<f32>,
    /// What becomes of values that are not positive.
    pub rectifier: Rectifier,
}

impl BlockParameters {
    /// The block's arrays in this order: weights, bias, scale and shift.
    pub fn arrays(&self) -> [&[f32]; 4] {
        [&self.weight, &self.bias, &self.scale, &self.shift]
    }

    /// A block with the same output that has no negative scale, so that the largest of scaled values comes from the largest
    /// sum: where a scale is negative, it is negated with the weights and the bias of its channel, which rounds nothing.
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
    /// They stay as they are: slope 1.
    None,
    /// They become zero: slope 0.
    Relu,
    /// They are multiplied by [`LEAK`].
    Leaky,
}

/// Slope of [`Rectifier::Leaky`] below zero (torch's default).
pub const LEAK: f32 = 0.01;
