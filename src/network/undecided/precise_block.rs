//! A fused block's parameters before rounding, its shapes, and where its winners lie.

use std::sync::Arc;

use crate::kernels::{Activation, winner};
use crate::network::fusing::layers_of_block;
use crate::network::layers::{BatchNorm, Convolution, RowLayer};

/// Slope of LeakyReLU below zero (torch's default).
const LEAK: f64 = 0.01;

/// A block whose values can be computed in float64.
#[derive(Debug, Clone)]
pub struct PreciseBlock {
    convolution: Convolution,
    batch_norm: Option<BatchNorm>,
    activation: Option<Activation>,
    pools: bool,
    /// Shape C×D×H×W of the input; of a network of two axes the last is 1.
    input: [usize; 4],
    /// Shape C×D×H×W of the output.
    output: [usize; 4],
    /// Zeros that pooling puts in front of each axis.
    front: [usize; 3],
    /// One code for each output value, where the forward pass kept them and all are decided.
    winners: Option<Arc<[u8]>>,
}

impl PreciseBlock {
    /// The block of these layers on an input of shape C×D×H×W; `None` if no kernel has it.
    pub fn of(layers: &[RowLayer], input: [usize; 4]) -> Option<Self> {
        let (convolution, batch_norm, tail) = layers_of_block(layers)?;
        let [n_out, axes @ ..] = convolution.output_shape(input);
        let is_pooled = |axis: usize| tail.pools && axis < convolution.window().n_axes();
        let [d, h, w] = [0, 1, 2].map(|axis| if is_pooled(axis) { axes[axis].div_ceil(2) } else { axes[axis] });
        let front = [0, 1, 2].map(|axis| if is_pooled(axis) { axes[axis] % 2 } else { 0 });
        Some(Self {
            convolution: convolution.clone(),
            batch_norm: batch_norm.cloned(),
            activation: tail.activation,
            pools: tail.pools,
            input,
            output: [n_out, d, h, w],
            front,
            winners: None,
        })
    }

    /// The block with its winners, all of which are decided.
    pub fn with_winners(self, winners: Option<Arc<[u8]>>) -> Self {
        Self { winners, ..self }
    }

    /// Number of output channels.
    pub fn n_out(&self) -> usize {
        self.convolution.channels()[0]
    }

    /// Shape C×D×H×W of the input.
    pub fn input(&self) -> [usize; 4] {
        self.input
    }

    /// Shape C×D×H×W of the output.
    pub fn output(&self) -> [usize; 4] {
        self.output
    }

    /// The sum of the squared weights from an input channel to an output channel.
    pub fn squared_weights(&self, channel: usize, n_in: usize) -> f64 {
        self.weights(channel, n_in).iter().map(|&weight| f64::from(weight) * f64::from(weight)).sum()
    }

    /// Bias, scale and shift of a channel.
    pub fn affine(&self, channel: usize) -> [f64; 3] {
        let [scale, shift] = self.batch_norm.as_ref().map_or([1.0, 0.0], |layer| layer.precise(channel));
        [self.convolution.bias().map_or(0.0, |bias| f64::from(bias[channel])), scale, shift]
    }

    /// The value of a voxel of the convolution before the rectifier. `row` adds up a row of the window: it is given the input channel, the
    /// place of the row's first voxel and the row's weights.
    #[inline]
    pub fn normalized(&self, channel: usize, voxel: [usize; 3], mut row: impl FnMut(usize, [usize; 3], &[f32]) -> f64) -> f64 {
        let window = self.convolution.window();
        let [n_in, axes @ ..] = self.input;
        let first = [0, 1, 2].map(|axis| (voxel[axis] * window.stride[axis]) as isize - window.padding[axis] as isize);
        // The taps of an axis whose voxels lie in the image.
        let taps = [0, 1, 2].map(|axis| {
            let end = (axes[axis] as isize - first[axis]).clamp(0, window.kernel[axis] as isize) as usize;
            (-first[axis]).clamp(0, end as isize) as usize..end
        });
        let [_, kernel_1, kernel_2] = window.kernel;
        let mut sum = 0.0;
        for n_in in 0..n_in {
            let weights = self.weights(channel, n_in);
            for tap_0 in taps[0].clone() {
                for tap_1 in taps[1].clone() {
                    let weights = &weights[(tap_0 * kernel_1 + tap_1) * kernel_2..][taps[2].clone()];
                    let at = [(0, tap_0), (1, tap_1), (2, taps[2].start)].map(|(axis, tap)| (first[axis] + tap as isize) as usize);
                    sum += row(n_in, at, weights);
                }
            }
        }
        let [bias, scale, shift] = self.affine(channel);
        (sum + bias) * scale + shift
    }

    /// A value after the rectifier, `normalized` being the largest of its pooling block.
    pub fn rectified(&self, normalized: f64, touches_padding: bool) -> f64 {
        match self.activation {
            _ if normalized > 0.0 => normalized,
            Some(Activation::Relu) => 0.0,
            _ if touches_padding => 0.0,
            Some(Activation::LeakyRelu) => normalized * LEAK,
            Some(Activation::Elu) => normalized.exp_m1(),
            None => normalized,
        }
    }

    /// The winner code of an output value, `normalized` being the largest of its pooling block, at `offset` in it.
    pub fn code(&self, normalized: f64, offset: u8, touches_padding: bool) -> u8 {
        match self.activation {
            _ if normalized > 0.0 => offset,
            Some(Activation::Relu) => winner::CLOSED,
            _ if touches_padding => winner::CLOSED,
            Some(Activation::LeakyRelu) => offset | winner::LEAKS,
            Some(Activation::Elu) | None => offset,
        }
    }

    /// Whether the order of a value and of zero matters for the gradient.
    pub fn has_kink(&self, touches_padding: bool) -> bool {
        touches_padding || matches!(self.activation, Some(Activation::Relu | Activation::LeakyRelu))
    }

    /// The winner code of an output value, where it was kept.
    pub fn winner(&self, channel: usize, [z, y, x]: [usize; 3]) -> Option<u8> {
        let [_, depth, height, width] = self.output;
        self.winners.as_ref().map(|winners| winners[((channel * depth + z) * height + y) * width + x])
    }

    /// The voxels of the convolution that an output voxel pools, in scan order, each with its offset in winner codes; zeros that are
    /// padded in front of odd axes are not among them.
    pub fn candidates(&self, voxel: [usize; 3]) -> impl Iterator<Item = (u8, [usize; 3])> + '_ {
        let n_offsets = if self.pools { 1 << self.convolution.window().n_axes() } else { 1 };
        (0..n_offsets).filter_map(move |offset| Some((offset, self.convolved_voxel(voxel, offset)?)))
    }

    /// Whether zeros that are padded in front of odd axes belong to the pooling block of an output voxel.
    pub fn touches_padding(&self, voxel: [usize; 3]) -> bool {
        (0..3).any(|axis| voxel[axis] == 0 && self.front[axis] == 1)
    }

    /// The voxel of the convolution at an offset in the pooling block of an output voxel; `None` for padding.
    pub fn convolved_voxel(&self, voxel: [usize; 3], offset: u8) -> Option<[usize; 3]> {
        if !self.pools {
            return Some(voxel);
        }
        let n_axes = self.convolution.window().n_axes();
        let along = |axis: usize| match axis < n_axes {
            true => (2 * voxel[axis] + (usize::from(offset) >> (n_axes - 1 - axis) & 1)).checked_sub(self.front[axis]),
            false => Some(voxel[axis]),
        };
        Some([along(0)?, along(1)?, along(2)?])
    }

    fn weights(&self, channel: usize, n_in: usize) -> &[f32] {
        let n_taps = self.convolution.window().volume();
        &self.convolution.weight()[(channel * self.input[0] + n_in) * n_taps..][..n_taps]
    }
}
