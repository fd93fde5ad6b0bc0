//! A residual block backwards, plane after plane of its input.

use std::ops::Range;

use super::image::ToImage;
use super::input::Input;
use super::join::place;
use super::pointwise::Rows;
use super::ring::Ring;
use super::{CpuResidual, FirstBack, STRIDE, forward, rectify};
use crate::kernels::Activation;
use crate::kernels::cpu::convolve::LANES;
use crate::kernels::cpu::held::Held;
use crate::kernels::cpu::parallel::{Shared, in_pieces};
use crate::kernels::cpu::simd::{self, Job, Simd};

/// The gradient with respect to a block's output, and what the forward walk gave, each O×D'×H'×W'.
#[derive(Debug, Clone, Copy)]
pub struct PooledGradient<'a> {
    /// The gradient.
    pub values: &'a [f32],
    /// The output.
    pub output: &'a [f32],
    /// Where it came from.
    pub winners: &'a [u8],
}

/// How a gradient goes through squeeze-excitation, per channel: it is multiplied by `gate`, and `everywhere` comes from the
/// means, to all voxels alike.
#[derive(Debug, Clone, Copy)]
pub struct Excited<'a> {
    /// What the branch was multiplied by.
    pub gate: &'a [f32],
    /// Zero without squeeze-excitation.
    pub everywhere: &'a [f32],
}

/// How far a backward walk has got. Planes come in order, and at most `n_planes` of the input's at a time.
pub struct Backward<'a> {
    block: &'a CpuResidual,
    /// The input, C×D×H×W, and D, H and W.
    x: Input<'a>,
    axes: [usize; 3],
    gradient: PooledGradient<'a>,
    /// Planes that the gradients with respect to output and input hold.
    held: [Held; 2],
    excited: Excited<'a>,
    /// With respect to the sum of branch and shortcut.
    of_sum: Ring,
    sum_end: usize,
    hidden: Ring,
    /// With respect to the first convolution's output.
    of_hidden: Ring,
    hidden_end: usize,
    /// What that gives to the planes of an image.
    of_image: Ring,
    image_end: usize,
    input_end: usize,
}

impl<'a> Backward<'a> {
    /// Nothing computed yet.
    pub fn new(
        block: &'a CpuResidual,
        (x, axes): (&'a [f32], [usize; 3]),
        gradient: PooledGradient<'a>,
        excited: Excited<'a>,
        n_planes: usize,
    ) -> Self {
        let held = [Held::all(CpuResidual::output(axes)[0]), Held::all(axes[0])];
        Self::of(block, (Input { values: x, held: held[1] }, axes), (gradient, held), excited, n_planes)
    }

    /// The same from an input and a gradient, and into one, that hold only some planes.
    pub(super) fn of(
        block: &'a CpuResidual,
        (x, axes): (Input<'a>, [usize; 3]),
        (gradient, held): (PooledGradient<'a>, [Held; 2]),
        excited: Excited<'a>,
        n_planes: usize,
    ) -> Self {
        let [_, n_hidden, n_out] = block.channels;
        let [depth, height, width] = axes;
        let ring = |n_channels| Ring::new(n_channels, depth.min(n_planes + 2), [height, width]);
        let (of_sum, hidden, of_hidden) = (ring(n_out), ring(n_hidden), ring(n_hidden));
        let of_image = ToImage::ring(if block.channels[0] == 1 { depth.min(n_planes + 2) } else { 0 }, [height, width]);
        let (sum_end, hidden_end, image_end, input_end) = (0, 0, 0, 0);
        Self { block, x, axes, gradient, held, excited, of_sum, sum_end, hidden, of_hidden, hidden_end, of_image, image_end, input_end }
    }

    /// Begins at a plane of the input.
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

    /// First of three: the gradient of the sum and the hidden layer, as far as planes of the input before `input_end`
    /// depend on them.
    pub fn hidden(&mut self, input_end: usize) {
        let depth = self.axes[0];
        let planes = self.sum_end..depth.min(input_end + 2);
        self.sum_end = planes.end;
        spread((&self.gradient, self.held[0]), self.block, self.axes, planes, &mut self.of_sum);
        forward::hidden(self.block, self.x, self.axes, self.hidden_end..depth.min(input_end + 1), &mut self.hidden);
    }

    /// Second of three: through the second convolution and the function before it.
    pub fn second(&mut self, input_end: usize) {
        let planes = self.hidden_end..self.axes[0].min(input_end + 1);
        self.hidden_end = planes.end;
        let (of_sum, scale, Excited { gate, everywhere }) = (&self.of_sum, &self.block.scales[1], self.excited);
        let fill = |channel: usize, z: usize, y: usize, row: &mut [f32]| {
            let (factor, addend) = (gate[channel] * scale[channel], everywhere[channel] * scale[channel]);
            simd::run(Scale { from: of_sum.row(channel, z, y), factor, addend, to: row });
        };
        let n_held = self.of_hidden.n_planes();
        self.block.second_back.planes_of(Held::ring(n_held), &fill, self.axes, planes.clone(), self.of_hidden.values_mut(), None);
        let (hidden, activation, scale) = (&self.hidden, self.block.activations[0], &self.block.scales[0]);
        let (places, values) = self.of_hidden.shared();
        in_pieces(planes, |planes| {
            for z in planes {
                for (channel, &scale) in scale.iter().enumerate() {
                    // SAFETY: no other piece has this plane.
                    let gradient = unsafe { values.part(places.plane(channel, z)) };
                    rectify::pass_back(activation, scale, hidden.plane(channel, z), gradient);
                }
            }
        });
    }

    /// Third of three: planes of the gradient with respect to the input before `input_end`, C×D×H×W.
    pub fn input(&mut self, input_end: usize, output: &mut [f32]) {
        let planes = self.input_end..input_end;
        self.input_end = input_end;
        let fill = |channel: usize, z: usize, y: usize, row: &mut [f32]| row.copy_from_slice(self.of_hidden.row(channel, z, y));
        match &self.block.first_back {
            FirstBack::Maps(convolution) => convolution.planes_of(self.held[1], &fill, self.axes, planes.clone(), output, None),
            FirstBack::Image(convolution) => {
                let image_planes = self.image_end..self.hidden_end;
                self.image_end = image_planes.end;
                convolution.spread(&fill, self.axes, image_planes, &mut self.of_image);
            }
        }
        let output = Shared::new(output);
        in_pieces(planes, |planes| {
            let mut shortcut = Shortcut::new(self);
            for z in planes {
                simd::run(ShortcutPlane { shortcut: &mut shortcut, z, output: &output });
            }
        });
    }
}

/// Puts the gradient of each window where its largest value was, times the derivative of the function there. A voxel
/// that wins in several windows gets the sum, in the order of the windows.
fn spread((gradient, held): (&PooledGradient<'_>, Held), block: &CpuResidual, axes: [usize; 3], planes: Range<usize>, ring: &mut Ring) {
    let [n_planes, n_rows, n_columns] = CpuResidual::output(axes);
    let (places, values) = ring.shared();
    in_pieces(planes, |planes| {
        let mut gradients = vec![0.0; n_columns];
        for (z, channel) in planes.flat_map(|z| (0..block.n_out()).map(move |channel| (z, channel))) {
            // SAFETY: no other piece has this plane.
            let to = unsafe { values.part(places.plane(channel, z)) };
            to.fill(0.0);
            for plane in z.saturating_sub(1) / STRIDE..(z / STRIDE + 1).min(n_planes) {
                let start = held.row(channel, plane, 0, [n_rows, n_columns]);
                let here = Windows { gradient, start, shape: [n_rows, n_columns], plane: (z - STRIDE * plane) as u8 };
                here.spread(block.activations[1], axes[2], &mut gradients, to);
            }
        }
    });
}

/// A plane of windows of one channel.
struct Windows<'a> {
    gradient: &'a PooledGradient<'a>,
    start: usize,
    shape: [usize; 2],
    /// The plane of the windows that is wanted.
    plane: u8,
}

impl Windows<'_> {
    /// Adds their gradients to a plane; `gradients` is room for a row of windows.
    fn spread(&self, activation: Activation, width: usize, gradients: &mut [f32], to: &mut [f32]) {
        let [n_rows, n_columns] = self.shape;
        for row in 0..n_rows {
            let there = self.start + row * n_columns..self.start + (row + 1) * n_columns;
            gradients.copy_from_slice(&self.gradient.values[there.clone()]);
            rectify::pass_back(activation, 1.0, &self.gradient.output[there.clone()], gradients);
            let to = &mut to[STRIDE * row * width..];
            for (column, (&value, &code)) in gradients.iter().zip(&self.gradient.winners[there]).enumerate() {
                // Adding zero elsewhere is faster than branches that nobody can predict.
                let here = 0_u32.wrapping_sub(u32::from(code / place::PLANE == self.plane));
                let at = usize::from(code % place::PLANE / place::ROW) * width + usize::from(code % place::ROW);
                to[STRIDE * column + at] += f32::from_bits(value.to_bits() & here);
            }
        }
    }
}

/// `from · factor + addend`.
struct Scale<'a> {
    from: &'a [f32],
    factor: f32,
    addend: f32,
    to: &'a mut [f32],
}

impl Job for Scale<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let whole = self.to.len() / S::N * S::N;
        // SAFETY: the caller's; `from` is as long as `to`.
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

/// The way back through the shortcut.
struct Shortcut<'a> {
    walk: &'a Backward<'a>,
    gradient: Rows,
    sums: Rows,
}

impl<'a> Shortcut<'a> {
    fn new(walk: &'a Backward<'_>) -> Self {
        let width = walk.axes[2];
        Self { walk, gradient: Rows::new(walk.block.n_out(), width), sums: Rows::new(LANES, width) }
    }
}

struct ShortcutPlane<'r, 'a> {
    shortcut: &'r mut Shortcut<'a>,
    z: usize,
    output: &'r Shared<'r, f32>,
}

impl Job for ShortcutPlane<'_, '_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Shortcut { walk, gradient, sums } = self.shortcut;
        let (back, [depth, height, width]) = (&walk.block.shortcut_back, walk.axes);
        for y in 0..height {
            for channel in 0..walk.block.n_out() {
                gradient.set(channel, walk.of_sum.row(channel, self.z, y));
            }
            for group in 0..back.n_groups() {
                // SAFETY: the caller's.
                unsafe { back.row::<S>(group, gradient, sums, width) };
                for (index, channel) in back.channels(group).enumerate() {
                    let start = walk.held[1].row(channel, self.z, y, [height, width]);
                    // SAFETY: no other piece has this plane.
                    let to = unsafe { self.output.part(start..start + width) };
                    if let FirstBack::Image(_) = walk.block.first_back {
                        ToImage::row(&walk.of_image, [self.z, y], depth, to);
                    }
                    to.iter_mut().zip(sums.get(index)).for_each(|(to, &sum)| *to += sum);
                }
            }
        }
    }
}

/// Gradient with respect to the factors of the branch's channels, given the branch where the output came from, O×D'×H'×W'.
pub fn excitation_gradient(block: &CpuResidual, gradient: &PooledGradient<'_>, branch: &[f32]) -> Vec<f32> {
    let PooledGradient { values, output, .. } = gradient;
    let n_each = values.len() / block.n_out();
    let of_channel = |channel: usize| {
        let there = channel * n_each..(channel + 1) * n_each;
        let one = |((&value, &result), &branch): ((&f32, &f32), &f32)| {
            f64::from(value) * f64::from(rectify::slope(block.activations[1], result)) * f64::from(branch)
        };
        values[there.clone()].iter().zip(&output[there.clone()]).zip(&branch[there]).map(one).sum::<f64>() as f32
    };
    (0..block.n_out()).map(of_channel).collect()
}
