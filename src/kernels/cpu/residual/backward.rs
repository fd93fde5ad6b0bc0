//! The backward pass of a residual block, plane after plane of its input.
//!
//! Each piece of planes goes through three stages, [`Backward::hidden`], [`HiddenReady::second`] and [`SecondReady::first`]. Each
//! stage takes the one before by value, so that they cannot be taken out of order.

use std::ops::Range;

use super::activation;
use super::block::{CpuResidual, FirstBackward, STRIDE};
use super::forward;
use super::image::ToImage;
use super::input_planes::InputPlanes;
use super::place;
use super::pointwise::PaddedRows;
use super::ring::Ring;
use crate::kernels::activation::Activation;
use crate::kernels::cpu::convolve::LANES;
use crate::kernels::cpu::parallel::{SharedSlice, in_pieces};
use crate::kernels::cpu::plane_range::{BlockPlanes, PlaneRange};
use crate::kernels::cpu::simd::{self, Simd, VectorKernel};

/// The gradient with respect to a residual block's output, and what the forward pass gave, each O×D'×H'×W'.
#[derive(Debug, Clone, Copy)]
pub struct PooledGradient<'a> {
    /// The gradient with respect to the output.
    pub values: &'a [f32],
    /// The output.
    pub output: &'a [f32],
    /// Which voxel of its window each value of the output came from, one byte for each.
    pub winners: &'a [u8],
}

/// How a gradient goes through squeeze-excitation, per channel: it is multiplied by `gate`, and `everywhere` comes from the
/// means, to all voxels alike.
#[derive(Debug, Clone, Copy)]
pub struct Excited<'a> {
    /// What the branch was multiplied by: one without squeeze-excitation.
    pub gate: &'a [f32],
    /// What is added to the gradient at every voxel of the branch: zero without squeeze-excitation.
    pub everywhere: &'a [f32],
}

/// A backward pass, and how far it has got. Planes are computed in their order, at most `n_planes` of the input's at a time.
pub struct Backward<'a> {
    block: &'a CpuResidual,
    /// The input, C×D×H×W.
    x: InputPlanes<'a>,
    /// Planes, rows and columns of the whole input.
    axes: [usize; 3],
    gradient: PooledGradient<'a>,
    /// Planes that the gradients with respect to input and output hold.
    gradient_planes: BlockPlanes,
    excited: Excited<'a>,
    /// Gradient with respect to the sum of branch and shortcut.
    of_sum: Ring,
    sum_end: usize,
    hidden: Ring,
    /// Gradient with respect to the first convolution's output.
    of_hidden: Ring,
    hidden_end: usize,
    /// What that contributes to the planes of an image.
    of_image: Ring,
    image_end: usize,
    input_end: usize,
}

impl<'a> Backward<'a> {
    /// A pass over the whole input `x` of spatial shape `axes` that has computed nothing yet.
    pub fn new(
        block: &'a CpuResidual,
        x: &'a [f32],
        axes: [usize; 3],
        gradient: PooledGradient<'a>,
        excited: Excited<'a>,
        n_planes: usize,
    ) -> Self {
        let planes = BlockPlanes { input: PlaneRange::all(axes[0]), output: PlaneRange::all(CpuResidual::output(axes)[0]) };
        Self::between(block, InputPlanes { values: x, in_memory: planes.input }, axes, gradient, planes, excited, n_planes)
    }

    /// A pass as [`Self::new`] gives it, from an input and a gradient that hold only some planes, and into one: `gradient_planes`
    /// says which the gradients hold.
    pub(super) fn between(
        block: &'a CpuResidual,
        x: InputPlanes<'a>,
        axes: [usize; 3],
        gradient: PooledGradient<'a>,
        gradient_planes: BlockPlanes,
        excited: Excited<'a>,
        n_planes: usize,
    ) -> Self {
        let [_, n_hidden, n_out] = block.channels;
        let [depth, height, width] = axes;
        let n_planes = depth.min(n_planes + 2);
        let ring = |n_channels| Ring::new(n_channels, n_planes, [height, width]);
        let is_image = matches!(block.first_backward, FirstBackward::Image(_));
        Self {
            block,
            x,
            axes,
            gradient,
            gradient_planes,
            excited,
            of_sum: ring(n_out),
            sum_end: 0,
            hidden: ring(n_hidden),
            of_hidden: ring(n_hidden),
            hidden_end: 0,
            of_image: ToImage::ring(if is_image { n_planes } else { 0 }, [height, width]),
            image_end: 0,
            input_end: 0,
        }
    }

    /// Begins at a plane of the input instead of the first one.
    pub fn beginning_at(mut self, plane: usize) -> Self {
        self.input_end = plane;
        self.hidden_end = plane.saturating_sub(1);
        self.image_end = self.hidden_end;
        self.sum_end = plane.saturating_sub(2);
        self
    }

    /// The next plane of the input.
    pub fn next_plane(&self) -> usize {
        self.input_end
    }

    /// Computes the gradient with respect to the input before plane `end`, C×D×H×W in `output`.
    pub fn to_plane(&mut self, end: usize, output: &mut [f32]) {
        self.hidden(end).second().first(output);
    }

    /// First of three stages: the gradient with respect to the sum, and the hidden layer once more, as far as planes of the input
    /// before `input_end` depend on them.
    fn hidden(&mut self, input_end: usize) -> HiddenReady<'_, 'a> {
        let depth = self.axes[0];
        let planes = self.sum_end..depth.min(input_end + 2);
        self.sum_end = planes.end;
        scatter_windows(self.block, self.axes, self.gradient, self.gradient_planes.output, planes, &mut self.of_sum);
        forward::hidden(self.block, self.x, self.axes, self.hidden_end..depth.min(input_end + 1), &mut self.hidden);
        HiddenReady { pass: self, input_end }
    }
}

/// A backward pass between its first and its second stage.
#[must_use = "the planes are lost unless they go through all stages"]
struct HiddenReady<'p, 'a> {
    pass: &'p mut Backward<'a>,
    input_end: usize,
}

impl<'p, 'a> HiddenReady<'p, 'a> {
    /// Second of three stages: through squeeze-excitation, the second convolution and the function before it.
    fn second(self) -> SecondReady<'p, 'a> {
        let Self { pass, input_end } = self;
        let planes = pass.hidden_end..pass.axes[0].min(input_end + 1);
        pass.hidden_end = planes.end;
        let (of_sum, scale, Excited { gate, everywhere }) = (&pass.of_sum, &pass.block.scales[1], pass.excited);
        let fill = |channel: usize, z: usize, y: usize, row: &mut [f32]| {
            let (factor, addend) = (gate[channel] * scale[channel], everywhere[channel] * scale[channel]);
            simd::run(ScaleRow { from: of_sum.row(channel, z, y), factor, addend, to: row });
        };
        let in_memory = PlaneRange::ring(pass.of_hidden.n_planes());
        pass.block.second_backward.planes(in_memory, &fill, pass.axes, planes.clone(), pass.of_hidden.values_mut(), None);
        let (hidden, activation, scale) = (&pass.hidden, pass.block.activations[0], &pass.block.scales[0]);
        let (places, values) = pass.of_hidden.shared();
        in_pieces(planes, |planes| {
            for z in planes {
                for (channel, &scale) in scale.iter().enumerate() {
                    // SAFETY: planes that are computed together have places of their own in the ring, and each belongs to one piece.
                    let gradient = unsafe { values.part(places.plane(channel, z)) };
                    activation::multiply_by_derivative(activation, scale, hidden.plane(channel, z), gradient);
                }
            }
        });
        SecondReady { pass, input_end }
    }
}

/// A backward pass between its second and its third stage.
#[must_use = "the planes are lost unless they go through all stages"]
struct SecondReady<'p, 'a> {
    pass: &'p mut Backward<'a>,
    input_end: usize,
}

impl SecondReady<'_, '_> {
    /// Third of three stages: through the first convolution and the shortcut, to the planes of the gradient with respect to the
    /// input, C×D×H×W in `output`.
    fn first(self, output: &mut [f32]) {
        let Self { pass, input_end } = self;
        let planes = pass.input_end..input_end;
        pass.input_end = input_end;
        let fill = |channel: usize, z: usize, y: usize, row: &mut [f32]| row.copy_from_slice(pass.of_hidden.row(channel, z, y));
        match &pass.block.first_backward {
            FirstBackward::Maps(convolution) => {
                convolution.planes(pass.gradient_planes.input, &fill, pass.axes, planes.clone(), output, None);
            }
            FirstBackward::Image(convolution) => {
                let image_planes = pass.image_end..pass.hidden_end;
                pass.image_end = image_planes.end;
                convolution.contribute(&fill, pass.axes, image_planes, &mut pass.of_image);
            }
        }
        let output = SharedSlice::new(output);
        let pass = &*pass;
        in_pieces(planes, |planes| {
            let mut shortcut = ShortcutBackward::new(pass);
            for z in planes {
                simd::run(ShortcutPlane { shortcut: &mut shortcut, z, output: &output });
            }
        });
    }
}

/// Computes planes of the gradient with respect to the sum of branch and shortcut: the gradient of each window goes where its
/// largest value was, times the derivative of the function there. A voxel that wins in several windows gets the sum, in the
/// order of the windows. `in_memory` are the planes that `gradient` holds.
fn scatter_windows(
    block: &CpuResidual,
    axes: [usize; 3],
    gradient: PooledGradient<'_>,
    in_memory: PlaneRange,
    planes: Range<usize>,
    ring: &mut Ring,
) {
    assert!(planes.len() <= ring.n_planes(), "{} planes at a time in a ring of {}", planes.len(), ring.n_planes());
    let [n_planes, n_rows, n_columns] = CpuResidual::output(axes);
    let (places, values) = ring.shared();
    in_pieces(planes, |planes| {
        let mut gradients = vec![0.0; n_columns];
        for (z, channel) in planes.flat_map(|z| (0..block.n_out()).map(move |channel| (z, channel))) {
            // SAFETY: planes that are computed together have places of their own in the ring (asserted above), and each belongs to
            // one piece.
            let to = unsafe { values.part(places.plane(channel, z)) };
            to.fill(0.0);
            for plane in z.saturating_sub(1) / STRIDE..(z / STRIDE + 1).min(n_planes) {
                let start = in_memory.row(channel, plane, 0, [n_rows, n_columns]);
                let windows = WindowGradients { gradient, start, shape: [n_rows, n_columns], plane: (z - STRIDE * plane) as u8 };
                windows.scatter(block.activations[1], axes[2], &mut gradients, to);
            }
        }
    });
}

/// The gradients of a plane of windows of one channel.
struct WindowGradients<'a> {
    gradient: PooledGradient<'a>,
    /// Where the plane of windows begins in the gradient.
    start: usize,
    /// Rows and columns of windows.
    shape: [usize; 2],
    /// Which of the windows' three planes is computed.
    plane: u8,
}

impl WindowGradients<'_> {
    /// Adds the gradients to a plane whose rows are `width` long; `gradients` is room for a row of windows.
    fn scatter(&self, activation: Activation, width: usize, gradients: &mut [f32], to: &mut [f32]) {
        let [n_rows, n_columns] = self.shape;
        for row in 0..n_rows {
            let there = self.start + row * n_columns..self.start + (row + 1) * n_columns;
            gradients.copy_from_slice(&self.gradient.values[there.clone()]);
            activation::multiply_by_derivative(activation, 1.0, &self.gradient.output[there.clone()], gradients);
            let to = &mut to[STRIDE * row * width..];
            for (column, (&value, &code)) in gradients.iter().zip(&self.gradient.winners[there]).enumerate() {
                // Adding zero for windows that won in another plane is faster than branches that cannot be predicted.
                let here = 0_u32.wrapping_sub(u32::from(code / place::PLANE == self.plane));
                let at = usize::from(code % place::PLANE / place::ROW) * width + usize::from(code % place::ROW);
                to[STRIDE * column + at] += f32::from_bits(value.to_bits() & here);
            }
        }
    }
}

/// Writes `from · factor + addend` to `to`, which is as long.
struct ScaleRow<'a> {
    from: &'a [f32],
    factor: f32,
    addend: f32,
    to: &'a mut [f32],
}

impl VectorKernel for ScaleRow<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let whole = self.to.len() / S::N * S::N;
        // SAFETY: the caller's machine has the instructions of `S`; `from` is as long as `to`, and whole vectors lie below `whole`.
        unsafe {
            let (factor, addend) = (S::splat(self.factor), S::splat(self.addend));
            for at in (0..whole).step_by(S::N) {
                S::load(self.from[at..].as_ptr()).mul(factor).add(addend).store(self.to[at..].as_mut_ptr());
            }
        }
        for (to, &from) in self.to[whole..].iter_mut().zip(&self.from[whole..]) {
            *to = from * self.factor + self.addend;
        }
    }
}

/// What a thread needs for the backward pass through the shortcut.
struct ShortcutBackward<'a> {
    pass: &'a Backward<'a>,
    /// A row of the gradient with respect to the sum, all channels.
    gradient: PaddedRows,
    /// A row of the gradient with respect to the input, a group of channels.
    sums: PaddedRows,
}

impl<'a> ShortcutBackward<'a> {
    fn new(pass: &'a Backward<'_>) -> Self {
        let width = pass.axes[2];
        Self { pass, gradient: PaddedRows::new(pass.block.n_out(), width), sums: PaddedRows::new(LANES, width) }
    }
}

/// Adds what comes through the shortcut to one plane of the gradient with respect to the input.
struct ShortcutPlane<'r, 'a> {
    shortcut: &'r mut ShortcutBackward<'a>,
    z: usize,
    output: &'r SharedSlice<'r, f32>,
}

impl VectorKernel for ShortcutPlane<'_, '_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let ShortcutBackward { pass, gradient, sums } = self.shortcut;
        let (convolution, [depth, height, width]) = (&pass.block.shortcut_backward, pass.axes);
        for y in 0..height {
            for channel in 0..pass.block.n_out() {
                gradient.set(channel, pass.of_sum.row(channel, self.z, y));
            }
            for group in 0..convolution.n_groups() {
                // SAFETY: the caller's machine has the instructions of `S`.
                unsafe { convolution.row::<S>(group, gradient, sums, width) };
                for (index, channel) in convolution.channels(group).enumerate() {
                    let start = pass.gradient_planes.input.row(channel, self.z, y, [height, width]);
                    // SAFETY: the row belongs to plane z, each plane to one piece, and the part is dropped before the next.
                    let to = unsafe { self.output.part(start..start + width) };
                    if let FirstBackward::Image(_) = pass.block.first_backward {
                        ToImage::row(&pass.of_image, [self.z, y], depth, to);
                    }
                    to.iter_mut().zip(sums.get(index)).for_each(|(to, &sum)| *to += sum);
                }
            }
        }
    }
}

/// Gradient with respect to the factors by which squeeze-excitation multiplies the branch's channels, one for each channel.
/// `branch` is the branch where the output came from, O×D'×H'×W'.
pub fn excitation_gradient(block: &CpuResidual, gradient: &PooledGradient<'_>, branch: &[f32]) -> Vec<f32> {
    let PooledGradient { values, output, .. } = gradient;
    let n_each = values.len() / block.n_out();
    let of_channel = |channel: usize| {
        let there = channel * n_each..(channel + 1) * n_each;
        let one = |((&value, &result), &branch): ((&f32, &f32), &f32)| {
            f64::from(value) * f64::from(activation::derivative(block.activations[1], result)) * f64::from(branch)
        };
        values[there.clone()].iter().zip(&output[there.clone()]).zip(&branch[there]).map(one).sum::<f64>() as f32
    };
    (0..block.n_out()).map(of_channel).collect()
}
