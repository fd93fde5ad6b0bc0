//! Pieces of a residual block from no more planes than they read: for threads that have no memory in common.
//!
//! A piece has the bits that the same planes have when they are computed with all others. Where it begins, it computes a plane of
//! the hidden layer or two that its neighbour computes, too.

use std::ops::Range;

use super::backward::{Backward, Excited, PooledGradient};
use super::block::{CpuResidual, STRIDE};
use super::forward::Forward;
use super::input_planes::InputPlanes;
use super::join::Pooled;
use crate::kernels::cpu::plane_range::{BlockPlanes, PlaneRange};

/// Planes of the output that a piece works on at once.
const AT_ONCE: usize = 4;

/// Direction of a pass through a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From input to output: units are planes of the output.
    Forward,
    /// From the output's gradient to the input's: units are planes of the input.
    Backward,
}

/// What a piece of a backward pass reads: planes of the input and of the output's gradient.
#[derive(Debug, Clone, Copy)]
pub struct GradientInputs<'a> {
    /// Planes of the input ([`CpuResidual::input_planes`]).
    pub x: &'a [f32],
    /// Planes of the output and of the gradient with respect to it ([`CpuResidual::output_planes`]).
    pub gradient: PooledGradient<'a>,
}

impl CpuResidual {
    /// The planes of the input that units of a pass read: through the hidden layer one plane further than the kernel reaches, and
    /// one further yet where planes are computed in pairs.
    pub fn input_planes(&self, [depth, ..]: [usize; 3], way: Way, units: &Range<usize>) -> Range<usize> {
        let hidden = match way {
            Way::Forward => (STRIDE * units.start).saturating_sub(1)..STRIDE * units.end + 2,
            Way::Backward => units.start.saturating_sub(1)..units.end + 1,
        };
        hidden.start.saturating_sub(2)..(hidden.end + 2).min(depth)
    }

    /// The planes of the output whose gradient units of the backward pass read.
    pub fn output_planes(&self, axes: [usize; 3], units: &Range<usize>) -> Range<usize> {
        let [depth, ..] = Self::output(axes);
        let of_sum = units.start.saturating_sub(2)..(units.end + 2).min(axes[0]);
        let start = of_sum.start.saturating_sub(1) / STRIDE;
        start.min(depth)..(of_sum.end.saturating_sub(1) / STRIDE + 1).min(depth)
    }

    /// Planes of the output, and one byte for each value if wanted, from those planes of the input that they read
    /// ([`Self::input_planes`]), for a block without squeeze-excitation.
    pub fn forward_piece(&self, x: &[f32], axes: [usize; 3], planes: Range<usize>, keeps: bool) -> (Vec<f32>, Vec<u8>) {
        let [_, height, width] = Self::output(axes);
        let n_values = self.n_out() * planes.len() * height * width;
        let (mut output, mut winners) = (vec![0.0; n_values], vec![0; if keeps { n_values } else { 0 }]);
        let in_memory =
            BlockPlanes { input: PlaneRange::only(&self.input_planes(axes, Way::Forward, &planes)), output: PlaneRange::only(&planes) };
        let gate = vec![1.0; self.n_out()];
        let mut forward = Forward::between(self, in_memory, x, axes, STRIDE * AT_ONCE + 1, false).beginning_at(planes.start);
        for end in ends(planes, AT_ONCE) {
            forward.to_plane(end, &gate, Pooled { values: &mut output, winners: keeps.then_some(&mut winners[..]), branch: None });
        }
        (output, winners)
    }

    /// Planes of the gradient with respect to the input, from those planes of input and output that they read.
    pub fn gradient_piece(&self, from: GradientInputs<'_>, excited: Excited<'_>, axes: [usize; 3], planes: Range<usize>) -> Vec<f32> {
        let [_, height, width] = axes;
        let mut output = vec![0.0; self.channels[0] * planes.len() * height * width];
        let in_memory = PlaneRange::only(&self.input_planes(axes, Way::Backward, &planes));
        let x = InputPlanes { values: from.x, in_memory };
        let gradients = BlockPlanes { input: PlaneRange::only(&planes), output: PlaneRange::only(&self.output_planes(axes, &planes)) };
        let at_once = STRIDE * AT_ONCE;
        // Two planes more: what comes before the first piece has to be computed with it.
        let n_planes = at_once + 2;
        let mut backward = Backward::between(self, x, axes, from.gradient, gradients, excited, n_planes).beginning_at(planes.start);
        for end in ends(planes, at_once) {
            backward.to_plane(end, &mut output);
        }
        output
    }
}

/// Where neighbouring pieces of at most `n` planes end.
fn ends(planes: Range<usize>, n: usize) -> impl Iterator<Item = usize> {
    let end = planes.end;
    planes.step_by(n).map(move |start| end.min(start + n))
}
