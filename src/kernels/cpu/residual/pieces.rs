//! Pieces of a residual block from no more planes than they look at: for threads that have no memory in common.
//!
//! A piece has the bits that the same planes have when they are computed with all others. Where it begins, it computes a plane of
//! the hidden layer or two that its neighbour computes, too.

use std::ops::Range;

use super::backward::{Backward, Excited, PooledGradient};
use super::forward::Forward;
use super::input::Input;
use super::join::Pooled;
use super::{CpuResidual, STRIDE};
use crate::kernels::cpu::held::Held;

/// Planes of the output that a piece works on at once.
const AT_ONCE: usize = 4;

/// A way through a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Steps are planes of the output.
    Forward,
    /// Steps are planes of the input.
    Backward,
}

/// What a piece of a way back looks at: planes of the input and of what the output has.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Planes of the input ([`CpuResidual::input_planes`]).
    pub x: &'a [f32],
    /// Planes of the output ([`CpuResidual::output_planes`]).
    pub gradient: PooledGradient<'a>,
}

impl CpuResidual {
    /// The planes of the input that steps look at: through the hidden layer one plane further than the kernel reaches, and
    /// one further yet where planes are computed in pairs.
    pub fn input_planes(&self, [depth, ..]: [usize; 3], way: Way, steps: &Range<usize>) -> Range<usize> {
        let hidden = match way {
            Way::Forward => (STRIDE * steps.start).saturating_sub(1)..STRIDE * steps.end + 2,
            Way::Backward => steps.start.saturating_sub(1)..steps.end + 1,
        };
        hidden.start.saturating_sub(2)..(hidden.end + 2).min(depth)
    }

    /// The planes of the output whose gradient steps of the way back look at.
    pub fn output_planes(&self, axes: [usize; 3], steps: &Range<usize>) -> Range<usize> {
        let [depth, ..] = Self::output(axes);
        let of_sum = steps.start.saturating_sub(2)..(steps.end + 2).min(axes[0]);
        let start = of_sum.start.saturating_sub(1) / STRIDE;
        start.min(depth)..(of_sum.end.saturating_sub(1) / STRIDE + 1).min(depth)
    }

    /// Planes of the output, and one byte for each value if wanted, without squeeze-excitation.
    pub fn forward_piece(&self, x: &[f32], axes: [usize; 3], planes: Range<usize>, keeps: bool) -> (Vec<f32>, Vec<u8>) {
        let [_, height, width] = Self::output(axes);
        let n_values = self.n_out() * planes.len() * height * width;
        let (mut output, mut winners) = (vec![0.0; n_values], vec![0; if keeps { n_values } else { 0 }]);
        let x = Input { values: x, held: Held::only(&self.input_planes(axes, Way::Forward, &planes)) };
        let gate = vec![1.0; self.n_out()];
        let mut forward = Forward::of(self, x, axes, Held::only(&planes), STRIDE * AT_ONCE + 1, false).beginning_at(planes.start);
        for end in ends(planes, AT_ONCE) {
            forward.to_plane(end, &gate, Pooled { values: &mut output, winners: keeps.then_some(&mut winners[..]), branch: None });
        }
        (output, winners)
    }

    /// Planes of the gradient with respect to the input.
    pub fn gradient_piece(&self, given: Given<'_>, excited: Excited<'_>, axes: [usize; 3], planes: Range<usize>) -> Vec<f32> {
        let [_, height, width] = axes;
        let mut output = vec![0.0; self.channels[0] * planes.len() * height * width];
        let x = Input { values: given.x, held: Held::only(&self.input_planes(axes, Way::Backward, &planes)) };
        let held = [Held::only(&self.output_planes(axes, &planes)), Held::only(&planes)];
        let at_once = STRIDE * AT_ONCE;
        // Two planes more: what comes before the first piece has to be computed with it.
        let mut backward = Backward::of(self, (x, axes), (given.gradient, held), excited, at_once + 2).beginning_at(planes.start);
        for end in ends(planes, at_once) {
            backward.to_plane(end, &mut output);
        }
        output
    }
}

impl Forward<'_> {
    /// Computes the output before plane `end`, without squeeze-excitation.
    pub fn to_plane(&mut self, end: usize, gate: &[f32], pooled: Pooled<'_>) {
        self.hidden(STRIDE * end + 1);
        self.branch(STRIDE * end + 1, false);
        self.pool(end, gate, pooled);
    }
}

impl Backward<'_> {
    /// Computes the gradient before plane `end`.
    pub fn to_plane(&mut self, end: usize, output: &mut [f32]) {
        self.hidden(end);
        self.second(end);
        self.input(end, output);
    }
}

/// Where neighbouring pieces of at most `n` planes end.
fn ends(planes: Range<usize>, n: usize) -> impl Iterator<Item = usize> {
    let end = planes.end;
    planes.step_by(n).map(move |start| end.min(start + n))
}
