//! Residual blocks on the CPU: `pool(f₂(gate · norm₂(w₂ ∗ f₁(norm₁(w₁ ∗ x))) + shortcut(x)))`, a few planes at a time.
//!
//! Of what lies between the block's input and its pooled output only the planes exist that are being worked on, in rings
//! ([`ring::Ring`]). The one exception is the branch of a squeeze-excitation block while its channels' means are not known
//! yet. On the way back, all that is needed of the forward walk is the input, the output and one byte for each of the
//! output's values: the hidden layer is computed once more, and the derivative of a function follows from what it gave.
//!
//! Neither threads nor the number of planes worked on at once changes a result: every value is one sum in one order.

mod backward;
mod forward;
mod image;
mod input;
mod join;
mod pieces;
mod pointwise;
mod rectify;
mod ring;

use super::dense;
use super::forward::Convolution;
use super::geometry::Geometry;
use crate::kernels::{Activation, BlockParameters};
use image::ToImage;
use pointwise::Pointwise;

pub use backward::{Backward, Excited, PooledGradient, excitation_gradient};
pub use forward::Forward;
pub use join::Pooled;
pub use pieces::{Given, Way};

/// Voxels from a pooling window to the next; windows are three voxels wide.
const STRIDE: usize = 2;

/// What a residual block computes.
#[derive(Debug)]
pub struct ResidualParameters {
    /// First convolution of the branch with its normalisation: stride 1, no pooling, no rectifier.
    pub first: BlockParameters,
    /// Second one.
    pub second: BlockParameters,
    /// Of width 1, with its normalisation: weights are `n_out × n_in`.
    pub shortcut: BlockParameters,
    /// After the first convolution, and after the sum.
    pub activations: [Activation; 2],
}

/// A residual block with its weights in the order in which they are needed.
#[derive(Debug, Clone)]
pub struct CpuResidual {
    /// Channels of the input, of the hidden layer and of the output.
    channels: [usize; 3],
    first: Convolution,
    second: Convolution,
    shortcut: Pointwise,
    activations: [Activation; 2],
    first_back: FirstBack,
    second_back: Convolution,
    shortcut_back: Pointwise,
    /// What gradients are multiplied by on their way through the normalisations.
    scales: [Vec<f32>; 2],
}

/// The way back through the first convolution.
#[derive(Debug, Clone)]
enum FirstBack {
    /// Into an image.
    Image(ToImage),
    /// Into feature maps.
    Maps(Convolution),
}

impl CpuResidual {
    /// Packs the weights.
    pub fn new(parameters: &ResidualParameters) -> Self {
        let ResidualParameters { first, second, shortcut, activations } = parameters;
        let geometries = [first, second].map(Geometry::of);
        Self {
            channels: [first.n_in, first.n_out, second.n_out],
            first: Convolution::direct(geometries[0], first),
            second: Convolution::direct(geometries[1], second),
            shortcut: Pointwise::new(shortcut.n_in, &shortcut.weight, [&shortcut.bias, &shortcut.scale, &shortcut.shift]),
            activations: *activations,
            first_back: match first.n_in {
                1 => FirstBack::Image(ToImage::new(first.n_out, &first.weight)),
                _ => FirstBack::Maps(dense::mirrored(&geometries[0], &first.weight)),
            },
            second_back: dense::mirrored(&geometries[1], &second.weight),
            shortcut_back: Pointwise::transposed(shortcut.n_in, &shortcut.weight, &shortcut.scale),
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

    /// Planes, rows and columns of the output; what no window covers at the end of an axis is left out.
    pub fn output(axes: [usize; 3]) -> [usize; 3] {
        axes.map(|n| n.saturating_sub(1) / STRIDE)
    }

    /// Multiplications and additions for one plane of the branch.
    pub fn work_per_plane(&self, [_, height, width]: [usize; 3]) -> u64 {
        let [n_in, n_hidden, n_out] = self.channels;
        (27 * (n_in + n_out) * n_hidden * height * width) as u64
    }
}
