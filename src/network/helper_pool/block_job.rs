//! One pass through a fused block, in pieces: each is computed in place, or requested from a helper.

use std::ops::Range;

use super::job::BlockJob;
use super::planes::{BlockOutput, planes_of, store_gradient};
use super::request::{HelperRequest, PieceKey};
use crate::helpers::{Packet, ReceivedPacket};
use crate::kernels::cpu::{CpuBlock, OutputGradient};
use crate::kernels::winner::{Margins, WinnerCodes};

/// The output of a fused block; a unit is a plane of the output.
pub struct ForwardJob<'a> {
    /// The block.
    pub block: &'a CpuBlock,
    /// Input C×D×H×W.
    pub x: &'a [f32],
    /// Planes, rows and columns of the input.
    pub axes: [usize; 3],
    /// Output O×D'×H'×W'.
    pub output: BlockOutput<'a>,
    /// Which winners are marked as undecided.
    pub margins: Margins<'a>,
}

impl BlockJob for ForwardJob<'_> {
    fn n_units(&self) -> usize {
        self.block.geometry().output(self.axes)[0]
    }

    fn compute(&mut self, units: Range<usize>) {
        let winners = self.output.winners.as_deref_mut().map(|codes| WinnerCodes { codes, margins: self.margins });
        self.block.forward(self.x, self.axes, units, self.output.values, winners);
    }

    fn request(&self, piece: PieceKey, units: &Range<usize>) -> Packet<'_> {
        let request = HelperRequest::Forward { piece, axes: self.axes, planes: units.clone(), keeps: self.output.winners.is_some() };
        let mut floats: Vec<&[f32]> = planes_of(self.x, self.axes, self.block.input_planes(self.axes, units)).collect();
        if self.output.winners.is_some() {
            floats.extend([self.margins.sums, self.margins.values]);
        }
        Packet { header: request.to_json(), floats, bytes: Vec::new() }
    }

    fn store(&mut self, units: &Range<usize>, response: &dyn ReceivedPacket) -> Option<()> {
        let geometry = self.block.geometry();
        self.output.store(response, geometry.n_out, geometry.output(self.axes), units)
    }
}

/// The gradient with respect to the input of a fused block, in the units of [`CpuBlock::gradient_units`].
pub struct BackwardJob<'a> {
    /// The block.
    pub block: &'a CpuBlock,
    /// Gradient with respect to the output.
    pub gradient: OutputGradient<'a>,
    /// Planes, rows and columns of the input.
    pub axes: [usize; 3],
    /// Gradient with respect to the input, C×D×H×W.
    pub output: &'a mut [f32],
}

impl BlockJob for BackwardJob<'_> {
    fn n_units(&self) -> usize {
        self.block.gradient_units(self.axes)
    }

    fn compute(&mut self, units: Range<usize>) {
        self.block.input_gradient(self.gradient, self.axes, units, self.output);
    }

    fn request(&self, piece: PieceKey, units: &Range<usize>) -> Packet<'_> {
        let request = HelperRequest::Backward { piece, axes: self.axes, units: units.clone() };
        let (axes, planes) = (self.block.geometry().output(self.axes), self.block.output_planes(self.axes, units));
        let floats = planes_of(self.gradient.values, axes, planes.clone()).collect();
        Packet { header: request.to_json(), floats, bytes: planes_of(self.gradient.winners, axes, planes).collect() }
    }

    fn store(&mut self, units: &Range<usize>, response: &dyn ReceivedPacket) -> Option<()> {
        let planes = self.block.planes_of_units(self.axes, units);
        store_gradient(self.output, response, self.block.geometry().n_in, self.axes, &planes)
    }
}
