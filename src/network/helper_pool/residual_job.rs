//! One pass through a residual block, in pieces: each is computed in place, or requested from a helper.
//!
//! The engine's pieces follow each other, so that it goes on where it was; a helper begins anew with each.

use std::ops::Range;

use super::job::BlockJob;
use super::planes::{BlockOutput, planes_of, store_gradient};
use super::request::{HelperRequest, PieceKey};
use crate::helpers::{Packet, ReceivedPacket};
use crate::kernels::cpu::residual::{Backward, CpuResidual, Excited, Forward, Pooled, PooledGradient, Way};

/// Least planes of the output in a helper's piece: where a piece begins, some work is done twice.
const MIN_PLANES: usize = 4;

/// The input of a residual block.
#[derive(Clone, Copy)]
pub struct BlockInput<'a> {
    /// Values C×D×H×W.
    pub x: &'a [f32],
    /// Planes, rows and columns.
    pub axes: [usize; 3],
}

/// The output of a residual block without squeeze-excitation; a unit is a plane of the output.
pub struct ResidualForwardJob<'a> {
    block: &'a CpuResidual,
    input: BlockInput<'a>,
    output: BlockOutput<'a>,
    gate: Vec<f32>,
    walk: Forward<'a>,
    at_once: usize,
}

impl<'a> ResidualForwardJob<'a> {
    /// Computes `at_once` planes of the branch at a time.
    pub fn new(block: &'a CpuResidual, input: BlockInput<'a>, output: BlockOutput<'a>, at_once: usize) -> Self {
        Self { block, input, output, gate: vec![1.0; block.n_out()], walk: Self::begin(block, input, at_once), at_once }
    }

    fn begin(block: &'a CpuResidual, BlockInput { x, axes }: BlockInput<'a>, at_once: usize) -> Forward<'a> {
        // The first plane of the output depends on three planes of the branch, wherever the pass begins.
        Forward::new(block, x, axes, at_once.max(2) + 1, false)
    }
}

impl BlockJob for ResidualForwardJob<'_> {
    fn n_units(&self) -> usize {
        CpuResidual::output(self.input.axes)[0]
    }

    fn min_units(&self) -> usize {
        MIN_PLANES
    }

    fn compute(&mut self, units: Range<usize>) {
        if self.walk.next_plane() != units.start {
            self.walk = Self::begin(self.block, self.input, self.at_once).beginning_at(units.start);
        }
        for start in units.clone().step_by((self.at_once / 2).max(1)) {
            let pooled = Pooled { values: self.output.values, winners: self.output.winners.as_deref_mut(), branch: None };
            self.walk.to_plane(units.end.min(start + (self.at_once / 2).max(1)), &self.gate, pooled);
        }
    }

    fn request(&self, piece: PieceKey, units: &Range<usize>) -> Packet<'_> {
        let BlockInput { x, axes } = self.input;
        let request = HelperRequest::Forward { piece, axes, planes: units.clone(), keeps: self.output.winners.is_some() };
        let floats = planes_of(x, axes, self.block.input_planes(axes, Way::Forward, units)).collect();
        Packet { header: request.to_json(), floats, bytes: Vec::new() }
    }

    fn store(&mut self, units: &Range<usize>, response: &dyn ReceivedPacket) -> Option<()> {
        self.output.store(response, self.block.n_out(), CpuResidual::output(self.input.axes), units)
    }
}

/// The gradient with respect to the input of a residual block; a unit is a plane of the input.
pub struct ResidualBackwardJob<'a> {
    block: &'a CpuResidual,
    input: BlockInput<'a>,
    gradient: PooledGradient<'a>,
    excited: Excited<'a>,
    output: &'a mut [f32],
    walk: Backward<'a>,
    at_once: usize,
}

impl<'a> ResidualBackwardJob<'a> {
    /// Computes `at_once` planes at a time into `output`, C×D×H×W.
    pub fn new(
        block: &'a CpuResidual,
        input: BlockInput<'a>,
        gradient: PooledGradient<'a>,
        excited: Excited<'a>,
        output: &'a mut [f32],
        at_once: usize,
    ) -> Self {
        let walk = Backward::new(block, input.x, input.axes, gradient, excited, at_once + 2);
        Self { block, input, gradient, excited, output, walk, at_once }
    }
}

impl BlockJob for ResidualBackwardJob<'_> {
    fn n_units(&self) -> usize {
        self.input.axes[0]
    }

    fn min_units(&self) -> usize {
        2 * MIN_PLANES
    }

    fn compute(&mut self, units: Range<usize>) {
        if self.walk.next_plane() != units.start {
            let BlockInput { x, axes } = self.input;
            let walk = Backward::new(self.block, x, axes, self.gradient, self.excited, self.at_once + 2);
            self.walk = walk.beginning_at(units.start);
        }
        for start in units.clone().step_by(self.at_once) {
            self.walk.to_plane(units.end.min(start + self.at_once), self.output);
        }
    }

    fn request(&self, piece: PieceKey, units: &Range<usize>) -> Packet<'_> {
        let BlockInput { x, axes } = self.input;
        let request = HelperRequest::Backward { piece, axes, units: units.clone() };
        let (output_axes, planes) = (CpuResidual::output(axes), self.block.output_planes(axes, units));
        let mut floats: Vec<&[f32]> = planes_of(x, axes, self.block.input_planes(axes, Way::Backward, units)).collect();
        floats.extend(planes_of(self.gradient.values, output_axes, planes.clone()));
        floats.extend(planes_of(self.gradient.output, output_axes, planes.clone()));
        floats.extend([self.excited.gate, self.excited.everywhere]);
        Packet { header: request.to_json(), floats, bytes: planes_of(self.gradient.winners, output_axes, planes).collect() }
    }

    fn store(&mut self, units: &Range<usize>, response: &dyn ReceivedPacket) -> Option<()> {
        store_gradient(self.output, response, self.block.n_in(), self.input.axes, units)
    }
}
