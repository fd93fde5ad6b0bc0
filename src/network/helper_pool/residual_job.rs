//! One way through a residual block, in pieces.
//!
//! The engine's own pieces follow each other, so that it goes on where it was; a helper begins anew with each.

use std::ops::Range;

use super::helper::count;
use super::job::{BlockJob, copy, planes_of, take_planes, words};
use super::request::{HelperRequest, PieceKey};
use crate::helpers::{Packet, ReceivedPacket};
use crate::kernels::cpu::residual::{Backward, CpuResidual, Excited, Forward, Pooled, PooledGradient, Way};

/// Planes of the output that a helper is given at least: where a piece begins, some work is done twice.
const MIN_PLANES: usize = 4;

/// Planes of the output, without squeeze-excitation.
pub struct ResidualForwards<'a> {
    block: &'a CpuResidual,
    x: &'a [f32],
    axes: [usize; 3],
    output: &'a mut [f32],
    winners: Option<&'a mut [u8]>,
    gate: Vec<f32>,
    walk: Forward<'a>,
    at_once: usize,
}

impl<'a> ResidualForwards<'a> {
    /// From an input C×D×H×W to an output, and one byte for each of its values if they are to be kept; `at_once` planes of the
    /// branch are computed at a time.
    pub fn new(
        block: &'a CpuResidual,
        (x, axes): (&'a [f32], [usize; 3]),
        output: &'a mut [f32],
        winners: Option<&'a mut [u8]>,
        at_once: usize,
    ) -> Self {
        let walk = Self::begin(block, (x, axes), at_once);
        Self { block, x, axes, output, winners, gate: vec![1.0; block.n_out()], walk, at_once }
    }

    fn begin(block: &'a CpuResidual, (x, axes): (&'a [f32], [usize; 3]), at_once: usize) -> Forward<'a> {
        // The first plane of the output takes three of the branch, wherever the pass begins.
        Forward::new(block, x, axes, at_once.max(2) + 1, false)
    }
}

impl BlockJob for ResidualForwards<'_> {
    fn n_units(&self) -> usize {
        CpuResidual::output(self.axes)[0]
    }

    fn min_len(&self) -> usize {
        MIN_PLANES
    }

    fn compute(&mut self, steps: Range<usize>) {
        if self.walk.next_plane() != steps.start {
            self.walk = Self::begin(self.block, (self.x, self.axes), self.at_once).beginning_at(steps.start);
        }
        for start in steps.clone().step_by((self.at_once / 2).max(1)) {
            let pooled = Pooled { values: self.output, winners: self.winners.as_deref_mut(), branch: None };
            self.walk.to_plane(steps.end.min(start + (self.at_once / 2).max(1)), &self.gate, pooled);
        }
    }

    fn request(&self, piece: PieceKey, steps: &Range<usize>) -> Packet<'_> {
        let request = HelperRequest::Forward { piece, axes: self.axes, planes: steps.clone(), keeps: self.winners.is_some() };
        let floats = planes_of(self.x, self.axes, self.block.input_planes(self.axes, Way::Forward, steps)).collect();
        Packet { words: words(&request), floats, bytes: Vec::new() }
    }

    fn take(&mut self, steps: &Range<usize>, answer: &dyn ReceivedPacket) -> Option<()> {
        let channels_and_axes = (self.block.n_out(), CpuResidual::output(self.axes));
        take_planes(answer, channels_and_axes, steps, (self.output, self.winners.as_deref_mut()))
    }
}

/// Planes of the input's gradient.
pub struct ResidualBackwards<'a> {
    block: &'a CpuResidual,
    x: &'a [f32],
    axes: [usize; 3],
    gradient: PooledGradient<'a>,
    excited: Excited<'a>,
    output: &'a mut [f32],
    walk: Backward<'a>,
    at_once: usize,
}

impl<'a> ResidualBackwards<'a> {
    /// From an input C×D×H×W and the output's gradient, `at_once` planes at a time.
    pub fn new(
        block: &'a CpuResidual,
        (x, axes): (&'a [f32], [usize; 3]),
        (gradient, excited): (PooledGradient<'a>, Excited<'a>),
        output: &'a mut [f32],
        at_once: usize,
    ) -> Self {
        let walk = Backward::new(block, x, axes, gradient, excited, at_once + 2);
        Self { block, x, axes, gradient, excited, output, walk, at_once }
    }
}

impl BlockJob for ResidualBackwards<'_> {
    fn n_units(&self) -> usize {
        self.axes[0]
    }

    fn min_len(&self) -> usize {
        2 * MIN_PLANES
    }

    fn compute(&mut self, steps: Range<usize>) {
        if self.walk.next_plane() != steps.start {
            let walk = Backward::new(self.block, self.x, self.axes, self.gradient, self.excited, self.at_once + 2);
            self.walk = walk.beginning_at(steps.start);
        }
        for start in steps.clone().step_by(self.at_once) {
            self.walk.to_plane(steps.end.min(start + self.at_once), self.output);
        }
    }

    fn request(&self, piece: PieceKey, steps: &Range<usize>) -> Packet<'_> {
        let request = HelperRequest::Backward { piece, axes: self.axes, steps: steps.clone() };
        let (axes, planes) = (CpuResidual::output(self.axes), self.block.output_planes(self.axes, steps));
        let mut floats: Vec<&[f32]> = planes_of(self.x, self.axes, self.block.input_planes(self.axes, Way::Backward, steps)).collect();
        floats.extend(planes_of(self.gradient.values, axes, planes.clone()));
        floats.extend(planes_of(self.gradient.output, axes, planes.clone()));
        floats.extend([self.excited.gate, self.excited.everywhere]);
        Packet { words: words(&request), floats, bytes: planes_of(self.gradient.winners, axes, planes).collect() }
    }

    fn take(&mut self, steps: &Range<usize>, answer: &dyn ReceivedPacket) -> Option<()> {
        if answer.n_floats() != count(self.block.n_in(), steps, self.axes)? || answer.n_bytes() != 0 {
            return None;
        }
        copy(self.output, self.axes, steps, |at, to| answer.copy_floats(at, to));
        Some(())
    }
}
