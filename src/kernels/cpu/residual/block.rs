//! A residual block: parameters, packed weights and shapes.

use super::image::ToImage;
use super::pointwise::Pointwise;
use crate::kernels::activation::Activation;
use crate::kernels::cpu::convolution::PackedConvolution;
use crate::kernels::cpu::geometry::Geometry;
use crate::kernels::cpu::mirrored::mirrored;
use crate::kernels::parameters::BlockParameters;

/// Voxels from a pooling window to the next; windows are three voxels wide.
pub const STRIDE: usize = 2;

/// What a residual block computes.
#[derive(Debug)]
pub struct ResidualParameters {
    /// The first convolution of the branch with its normalisation: stride 1, no pooling, no rectifier.
    pub first: BlockParameters,
    /// The second convolution of the branch with its normalisation: stride 1, no pooling, no rectifier.
    pub second: BlockParameters,
    /// The shortcut's convolution, of width 1, with its normalisation: weights are `n_out × n_in`.
    pub shortcut: BlockParameters,
    /// The functions after the first convolution, and after the sum of branch and shortcut.
    pub activations: [Activation; 2],
}

/// A residual block with its weights in the order in which the inner loops read them.
#[derive(Debug, Clone)]
pub struct CpuResidual {
    /// Channels of the input, of the hidden layer and of the output.
    pub(super) channels: [usize; 3],
    pub(super) first: PackedConvolution,
    pub(super) second: PackedConvolution,
    pub(super) shortcut: Pointwise,
    /// The functions after the first convolution, and after the sum.
    pub(super) activations: [Activation; 2],
    pub(super) first_backward: FirstBackward,
    pub(super) second_backward: PackedConvolution,
    pub(super) shortcut_backward: Pointwise,
    /// What gradients are multiplied by in the two normalisations of the branch, per channel.
    pub(super) scales: [Vec<f32>; 2],
}

/// The backward pass through the first convolution.
#[derive(Debug, Clone)]
pub enum FirstBackward {
    /// Into an image of one channel.
    Image(ToImage),
    /// Into feature maps of several channels.
    Maps(PackedConvolution),
}

impl CpuResidual {
    /// Packs the weights for both passes.
    pub fn new(parameters: &ResidualParameters) -> Self {
        let ResidualParameters { first, second, shortcut, activations } = parameters;
        let geometries = [first, second].map(Geometry::of);
        Self {
            channels: [first.n_in, first.n_out, second.n_out],
            first: PackedConvolution::direct(geometries[0], first),
            second: PackedConvolution::direct(geometries[1], second),
            shortcut: Pointwise::new(shortcut.n_in, &shortcut.weight, [&shortcut.bias, &shortcut.scale, &shortcut.shift]),
            activations: *activations,
            first_backward: match first.n_in {
                1 => FirstBackward::Image(ToImage::new(first.n_out, &first.weight)),
                _ => FirstBackward::Maps(mirrored(&geometries[0], &first.weight)),
            },
            second_backward: mirrored(&geometries[1], &second.weight),
            shortcut_backward: Pointwise::transposed(shortcut.n_in, &shortcut.weight, &shortcut.scale),
            scales: [first.scale.clone(), second.scale.clone()],
        }
    }

    /// Channels of the input.
    pub fn n_in(&self) -> usize {
        self.channels[0]
    }

    /// Channels of the output.
    pub fn n_out(&self) -> usize {
        self.channels[2]
    }

    /// Planes, rows and columns of the output for those of an input; what no window covers at the end of an axis is left out.
    pub fn output(axes: [usize; 3]) -> [usize; 3] {
        axes.map(|n| n.saturating_sub(1) / STRIDE)
    }

    /// Multiplications and additions for one plane of the branch.
    pub fn work_per_plane(&self, [_, height, width]: [usize; 3]) -> u64 {
        let [n_in, n_hidden, n_out] = self.channels;
        (27 * (n_in + n_out) * n_hidden * height * width) as u64
    }
}
