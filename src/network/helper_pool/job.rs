//! One way through a block, in pieces: each is computed in place, or described for a helper and taken from its answer.

use std::ops::Range;

use super::helper::count;
use super::request::{HelperRequest, PieceKey};
use crate::helpers::{Packet, ReceivedPacket};
use crate::kernels::cpu::{CpuBlock, OutputGradient};

/// Work that consists of steps.
pub trait BlockJob {
    /// Number of steps.
    fn n_units(&self) -> usize;

    /// Steps that a helper is given at least, where there are so many.
    fn min_len(&self) -> usize {
        1
    }

    /// Computes steps in place.
    fn compute(&mut self, steps: Range<usize>);

    /// Describes steps for a helper, with all that they look at.
    fn request(&self, piece: PieceKey, steps: &Range<usize>) -> Packet<'_>;

    /// Copies what a helper computed to its place, unless it does not fit.
    fn take(&mut self, steps: &Range<usize>, answer: &dyn ReceivedPacket) -> Option<()>;
}

/// Planes of the output.
pub struct Forwards<'a> {
    /// The block.
    pub block: &'a CpuBlock,
    /// Input C×D×H×W.
    pub x: &'a [f32],
    /// Planes, rows and columns of the input.
    pub axes: [usize; 3],
    /// Output O×D'×H'×W'.
    pub output: &'a mut [f32],
    /// One code for each value of the output, if they are to be kept.
    pub winners: Option<&'a mut [u8]>,
}

impl BlockJob for Forwards<'_> {
    fn n_units(&self) -> usize {
        self.block.geometry().output(self.axes)[0]
    }

    fn compute(&mut self, steps: Range<usize>) {
        self.block.forward(self.x, self.axes, steps, self.output, self.winners.as_deref_mut());
    }

    fn request(&self, piece: PieceKey, steps: &Range<usize>) -> Packet<'_> {
        let request = HelperRequest::Forward { piece, axes: self.axes, planes: steps.clone(), keeps: self.winners.is_some() };
        let floats = planes_of(self.x, self.axes, self.block.input_planes(self.axes, steps)).collect();
        Packet { words: words(&request), floats, bytes: Vec::new() }
    }

    fn take(&mut self, steps: &Range<usize>, answer: &dyn ReceivedPacket) -> Option<()> {
        let geometry = self.block.geometry();
        take_planes(answer, (geometry.n_out, geometry.output(self.axes)), steps, (self.output, self.winners.as_deref_mut()))
    }
}

/// Puts answered planes of so many channels where they belong, with one winner for each value if those are kept; `None` if the answer
/// does not fit.
pub fn take_planes(
    answer: &dyn ReceivedPacket,
    (n_channels, axes): (usize, [usize; 3]),
    planes: &Range<usize>,
    (output, winners): (&mut [f32], Option<&mut [u8]>),
) -> Option<()> {
    let n_values = count(n_channels, planes, axes)?;
    let n_kept = if winners.is_some() { n_values } else { 0 };
    if answer.n_floats() != n_values || answer.n_bytes() != n_kept {
        return None;
    }
    copy(output, axes, planes, |at, to| answer.copy_floats(at, to));
    if let Some(winners) = winners {
        copy(winners, axes, planes, |at, to| answer.copy_bytes(at, to));
    }
    Some(())
}

/// Planes of the input's gradient.
pub struct Backwards<'a> {
    /// The block.
    pub block: &'a CpuBlock,
    /// The output's gradient.
    pub gradient: OutputGradient<'a>,
    /// Planes, rows and columns of the input.
    pub axes: [usize; 3],
    /// Input's gradient C×D×H×W.
    pub output: &'a mut [f32],
}

impl BlockJob for Backwards<'_> {
    fn n_units(&self) -> usize {
        self.block.gradient_units(self.axes)
    }

    fn compute(&mut self, steps: Range<usize>) {
        self.block.input_gradient(self.gradient, self.axes, steps, self.output);
    }

    fn request(&self, piece: PieceKey, steps: &Range<usize>) -> Packet<'_> {
        let request = HelperRequest::Backward { piece, axes: self.axes, steps: steps.clone() };
        let (axes, planes) = (self.block.geometry().output(self.axes), self.block.output_planes(self.axes, steps));
        let floats = planes_of(self.gradient.values, axes, planes.clone()).collect();
        Packet { words: words(&request), floats, bytes: planes_of(self.gradient.winners, axes, planes).collect() }
    }

    fn take(&mut self, steps: &Range<usize>, answer: &dyn ReceivedPacket) -> Option<()> {
        let planes = self.block.planes_of_units(self.axes, steps);
        let n_values = count(self.block.geometry().n_in, &planes, self.axes)?;
        if answer.n_floats() != n_values || answer.n_bytes() != 0 {
            return None;
        }
        copy(self.output, self.axes, &planes, |at, to| answer.copy_floats(at, to));
        Some(())
    }
}

/// What an order says.
pub fn words(order: &HelperRequest) -> String {
    // Only a map with keys that are no text could fail, and there is none.
    serde_json::to_string(order).unwrap_or_default()
}

/// Planes of each channel of an array C×D×H×W.
pub fn planes_of<T>(values: &[T], [depth, height, width]: [usize; 3], planes: Range<usize>) -> impl Iterator<Item = &[T]> {
    let plane = height * width;
    values.chunks_exact((depth * plane).max(1)).map(move |channel| &channel[planes.start * plane..planes.end * plane])
}

/// Has planes of each channel of an array C×D×H×W written from an array that holds them alone.
pub fn copy<T>(values: &mut [T], [depth, height, width]: [usize; 3], planes: &Range<usize>, write: impl Fn(usize, &mut [T])) {
    let plane = height * width;
    for (channel, values) in values.chunks_exact_mut((depth * plane).max(1)).enumerate() {
        write(channel * planes.len() * plane, &mut values[planes.start * plane..planes.end * plane]);
    }
}
