//! A fused block on the CPU: both passes over whole feature maps.

use std::ops::Range;

use super::convolution::PackedConvolution;
use super::geometry::Geometry;
use super::mirrored::mirrored;
use super::output_gradient::{OutputGradient, passed};
use super::plane_range::{BlockPlanes, PlaneRange};
use super::scatter::ScatterBackward;
use crate::kernels::parameters::BlockParameters;
use crate::kernels::winner::WinnerCodes;

/// A fused block on the CPU, with its weights in the order in which the inner loops read them.
#[derive(Debug, Clone)]
pub struct CpuBlock {
    pub(super) geometry: Geometry,
    pub(super) backward: BackwardKernel,
    forward: PackedConvolution,
    /// What a gradient is multiplied by on its way through the normalisation, one value for each output channel.
    scale: Vec<f32>,
}

/// How the gradient with respect to a block's input is computed.
#[derive(Debug, Clone)]
pub enum BackwardKernel {
    /// At most one voxel of each pooling block, or every other voxel, carries a gradient: each adds its kernel to its window.
    Scatter(ScatterBackward),
    /// All voxels carry a gradient: a convolution with the mirrored kernel.
    Mirrored(PackedConvolution),
}

impl CpuBlock {
    /// Packs the weights for both passes.
    pub fn new(parameters: &BlockParameters) -> Self {
        let geometry = Geometry::of(parameters);
        let backward = match geometry.is_sparse() {
            true => BackwardKernel::Scatter(ScatterBackward::new(&geometry, &parameters.weight)),
            false => BackwardKernel::Mirrored(mirrored(&geometry, &parameters.weight)),
        };
        Self { geometry, forward: PackedConvolution::new(geometry, parameters), backward, scale: parameters.scale.clone() }
    }

    /// The block's shapes.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// Computes planes of the output, `O×D'×H'×W'` in `output` and, where wanted, one [`winner`](crate::kernels::winner) code
    /// for each value, from the input `x`, `C×D×H×W`, of spatial shape `input`.
    pub fn forward(&self, x: &[f32], input: [usize; 3], planes: Range<usize>, output: &mut [f32], winners: Option<WinnerCodes<'_>>) {
        self.forward_between(self.all_planes(input), x, input, planes, output, winners);
    }

    /// Computes planes of the output as [`Self::forward`] does, where `x` and `output` hold only the planes `in_memory` of each
    /// channel.
    pub(super) fn forward_between(
        &self,
        in_memory: BlockPlanes,
        x: &[f32],
        input: [usize; 3],
        planes: Range<usize>,
        output: &mut [f32],
        winners: Option<WinnerCodes<'_>>,
    ) {
        let fill = |channel: usize, z: usize, y: usize, row: &mut [f32]| {
            let [_, height, width] = input;
            row.copy_from_slice(&x[in_memory.input.row(channel, z, y, [height, width])..][..width]);
        };
        self.forward.planes(in_memory.output, &fill, input, planes, output, winners);
    }

    /// Computes units of the gradient with respect to the input, `C×D×H×W` in `input_gradient`; [`Self::gradient_units`] of
    /// them make the whole. A unit is a plane, or a pair of planes where the block pools or has stride 2.
    pub fn input_gradient(&self, gradient: OutputGradient<'_>, input: [usize; 3], units: Range<usize>, input_gradient: &mut [f32]) {
        self.input_gradient_between(self.all_planes(input), gradient, input, units, input_gradient);
    }

    /// Computes units of the gradient as [`Self::input_gradient`] does, where the gradients with respect to output and input
    /// hold only the planes `in_memory` of each channel.
    pub(super) fn input_gradient_between(
        &self,
        in_memory: BlockPlanes,
        gradient: OutputGradient<'_>,
        input: [usize; 3],
        units: Range<usize>,
        input_gradient: &mut [f32],
    ) {
        match &self.backward {
            BackwardKernel::Scatter(scatter) => scatter.planes(in_memory, gradient, &self.scale, input, units, input_gradient),
            BackwardKernel::Mirrored(convolution) => {
                let fill = |channel: usize, z: usize, y: usize, row: &mut [f32]| {
                    let [_, height, width] = input;
                    let start = in_memory.output.row(channel, z, y, [height, width]);
                    let codes = &gradient.winners[start..start + width];
                    for ((to, &value), &code) in row.iter_mut().zip(&gradient.values[start..]).zip(codes) {
                        *to = passed(value, code, self.scale[channel]);
                    }
                };
                convolution.planes(in_memory.input, &fill, input, units, input_gradient, None);
            }
        }
    }

    /// Number of units of [`Self::input_gradient`] that make the whole.
    pub fn gradient_units(&self, input: [usize; 3]) -> usize {
        match &self.backward {
            BackwardKernel::Scatter(scatter) => scatter.n_pairs(input),
            BackwardKernel::Mirrored(_) => input[0],
        }
    }

    /// Whole arrays on both sides of the block.
    fn all_planes(&self, input: [usize; 3]) -> BlockPlanes {
        BlockPlanes { input: PlaneRange::all(input[0]), output: PlaneRange::all(self.geometry.output(input)[0]) }
    }
}
