//! Fused blocks on the CPU: explicit vectors, threads where there are any.
//!
//! Results do not depend on the number of threads: whatever is computed in parallel writes values of its own, each by one
//! sum in one order. They depend on the machine in one thing, whether it rounds products before it adds them
//! ([`has_multiply_add`]).

mod convolve;
mod dense;
mod destination;
mod forward;
mod geometry;
mod held;
pub mod matrix;
mod packing;
mod parallel;
mod pieces;
mod pool;
mod rectifier;
pub mod residual;
mod rows;
mod simd;
mod single;
mod slab;
mod sources;
mod sparse;
mod winograd;

use std::ops::Range;

use super::{BlockParameters, LEAK, winner};
use forward::Convolution;
pub use geometry::Geometry;
use held::Held;
use sparse::Sparse;

pub use parallel::n_threads;
pub use simd::has_multiply_add;

/// A block with its weights in the order in which they are needed.
#[derive(Debug, Clone)]
pub struct CpuBlock {
    geometry: Geometry,
    forward: Convolution,
    backward: Backward,
    /// What a gradient is multiplied by on its way through the normalisation, per output channel.
    scale: Vec<f32>,
}

/// How a gradient goes back.
#[derive(Debug, Clone)]
enum Backward {
    /// From at most one voxel of each pooling block, or from every other voxel.
    Sparse(Sparse),
    /// From all voxels: the convolution with the mirrored kernel.
    Dense(Convolution),
}

/// The gradient with respect to the output of a block, C×D×H×W, and one [`winner`] code for each of its values.
#[derive(Debug, Clone, Copy)]
pub struct OutputGradient<'a> {
    /// The gradient.
    pub values: &'a [f32],
    /// Where it goes.
    pub winners: &'a [u8],
}

impl CpuBlock {
    /// Packs the weights.
    pub fn new(parameters: &BlockParameters) -> Self {
        let geometry = Geometry::of(parameters);
        let backward = match geometry.is_sparse() {
            true => Backward::Sparse(Sparse::new(&geometry, &parameters.weight)),
            false => Backward::Dense(dense::mirrored(&geometry, &parameters.weight)),
        };
        Self { geometry, forward: Convolution::new(geometry, parameters), backward, scale: parameters.scale.clone() }
    }

    /// Shapes.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// Computes planes of the output, `O×D'×H'×W'` in `output` and, where wanted, one [`winner`] code each, from the input
    /// `C×D×H×W` of spatial shape `input`.
    pub fn forward(&self, x: &[f32], input: [usize; 3], planes: Range<usize>, output: &mut [f32], winners: Option<&mut [u8]>) {
        let held = [Held::all(input[0]), Held::all(self.geometry.output(input)[0])];
        self.forward_of(held, x, input, planes, output, winners);
    }

    /// The same from an input, and into an output, that hold only some planes of each channel.
    fn forward_of(
        &self,
        held: [Held; 2],
        x: &[f32],
        input: [usize; 3],
        planes: Range<usize>,
        output: &mut [f32],
        winners: Option<&mut [u8]>,
    ) {
        let fill = |channel: usize, z: usize, y: usize, row: &mut [f32]| {
            let [_, height, width] = input;
            row.copy_from_slice(&x[held[0].row(channel, z, y, [height, width])..][..width]);
        };
        self.forward.planes_of(held[1], &fill, input, planes, output, winners);
    }

    /// Computes planes of the gradient with respect to the input, `C×D×H×W` in `input_gradient`, [`Self::gradient_units`]
    /// of which make the whole.
    pub fn input_gradient(&self, gradient: OutputGradient<'_>, input: [usize; 3], steps: Range<usize>, input_gradient: &mut [f32]) {
        let held = [Held::all(self.geometry.output(input)[0]), Held::all(input[0])];
        self.input_gradient_of(held, gradient, input, steps, input_gradient);
    }

    /// The same from a gradient, and into one, that hold only some planes of each channel.
    fn input_gradient_of(
        &self,
        held: [Held; 2],
        gradient: OutputGradient<'_>,
        input: [usize; 3],
        steps: Range<usize>,
        input_gradient: &mut [f32],
    ) {
        match &self.backward {
            Backward::Sparse(sparse) => sparse.planes(held, gradient, &self.scale, input, steps, input_gradient),
            Backward::Dense(convolution) => {
                let fill = |channel: usize, z: usize, y: usize, row: &mut [f32]| {
                    let [_, height, width] = input;
                    let start = held[0].row(channel, z, y, [height, width]);
                    let codes = &gradient.winners[start..start + width];
                    for ((to, &value), &code) in row.iter_mut().zip(&gradient.values[start..]).zip(codes) {
                        *to = passed(value, code, self.scale[channel]);
                    }
                };
                convolution.planes_of(held[1], &fill, input, steps, input_gradient, None);
            }
        }
    }

    /// Number of pieces of [`Self::input_gradient`].
    pub fn gradient_units(&self, input: [usize; 3]) -> usize {
        match &self.backward {
            Backward::Sparse(sparse) => sparse.steps(input),
            Backward::Dense(_) => input[0],
        }
    }
}

/// What of a gradient gets through rectifier and normalisation.
#[inline(always)]
fn passed(gradient: f32, code: u8, scale: f32) -> f32 {
    // No branches: which way a voxel goes cannot be predicted.
    let is_closed = u32::from(code & winner::CLOSED != 0);
    let open = f32::from_bits(gradient.to_bits() & is_closed.wrapping_sub(1));
    let slope = if code & winner::LEAKS != 0 { LEAK } else { 1.0 };
    open * slope * scale
}
