//! Pieces of a block from no more planes than they read: for threads that have no memory in common.
//!
//! A piece has the bits that the same planes have when they are computed with all others.

use std::ops::Range;

use super::block::{BackwardKernel, CpuBlock};
use super::output_gradient::OutputGradient;
use super::plane_range::{BlockPlanes, PlaneRange};
use crate::kernels::winner::{Margins, WinnerCodes};

impl CpuBlock {
    /// The planes of the input that [`Self::forward_piece`] reads for these planes of the output.
    pub fn input_planes(&self, input: [usize; 3], planes: &Range<usize>) -> Range<usize> {
        let geometry = &self.geometry;
        if geometry.is_flat() {
            return planes.clone();
        }
        let [depth, ..] = input;
        match (geometry.pool, geometry.stride) {
            // The kernel reaches one plane beyond the two that are pooled; an odd number of planes begins with padding.
            (true, _) => (2 * planes.start).saturating_sub(1 + depth % 2)..(2 * planes.end + 1 - depth % 2).min(depth),
            (false, 2) => (2 * planes.start).saturating_sub(1)..(2 * planes.end).min(depth),
            (false, _) => around(planes, depth),
        }
    }

    /// The planes of the output whose gradient [`Self::gradient_piece`] reads for these units of the backward pass.
    pub fn output_planes(&self, input: [usize; 3], units: &Range<usize>) -> Range<usize> {
        let [depth, ..] = self.geometry.output(input);
        match &self.backward {
            _ if self.geometry.is_flat() => 0..1,
            BackwardKernel::Mirrored(_) => around(units, depth),
            // A pair gets from its own block and the one before.
            BackwardKernel::Scatter(_) => units.start.saturating_sub(1)..units.end.min(depth),
        }
    }

    /// The planes of the input whose gradient these units of the backward pass give.
    pub fn planes_of_units(&self, input: [usize; 3], units: &Range<usize>) -> Range<usize> {
        let [depth, ..] = input;
        match &self.backward {
            BackwardKernel::Mirrored(_) => units.clone(),
            BackwardKernel::Scatter(_) if self.geometry.is_flat() => 0..1,
            BackwardKernel::Scatter(_) => {
                let before = 1 + self.geometry.front(input)[0];
                let at = |unit: usize| (2 * unit).saturating_sub(before).min(depth);
                at(units.start)..at(units.end)
            }
        }
    }

    /// Planes of the output, and one [`winner`](crate::kernels::winner) code for each value if `margins` are given, from those planes of the
    /// input that they read ([`Self::input_planes`]). In all arrays channels are slowest.
    pub fn forward_piece(&self, x: &[f32], input: [usize; 3], planes: Range<usize>, margins: Option<Margins<'_>>) -> (Vec<f32>, Vec<u8>) {
        let [_, height, width] = self.geometry.output(input);
        let n_values = self.geometry.n_out * planes.len() * height * width;
        let (mut output, mut winners) = (vec![0.0; n_values], vec![0; if margins.is_some() { n_values } else { 0 }]);
        let in_memory = BlockPlanes { input: PlaneRange::only(&self.input_planes(input, &planes)), output: PlaneRange::only(&planes) };
        let codes = margins.map(|margins| WinnerCodes { codes: &mut winners, margins });
        self.forward_between(in_memory, x, input, planes, &mut output, codes);
        (output, winners)
    }

    /// Planes of the gradient with respect to the input, those that units of the backward pass give
    /// ([`Self::planes_of_units`]), from the planes of the output's gradient that they read ([`Self::output_planes`]). In all
    /// arrays channels are slowest.
    pub fn gradient_piece(&self, gradient: OutputGradient<'_>, input: [usize; 3], units: Range<usize>) -> Vec<f32> {
        let planes = self.planes_of_units(input, &units);
        let [_, height, width] = input;
        let mut output = vec![0.0; self.geometry.n_in * planes.len() * height * width];
        let in_memory = BlockPlanes { input: PlaneRange::only(&planes), output: PlaneRange::only(&self.output_planes(input, &units)) };
        self.input_gradient_between(in_memory, gradient, input, units, &mut output);
        output
    }
}

/// The planes that planes depend on where there is neither pooling nor a stride. Pairs of planes are computed together, so that
/// the first one may begin, and the last one end, a plane beyond the piece; the kernel reaches one further.
fn around(planes: &Range<usize>, depth: usize) -> Range<usize> {
    planes.start.saturating_sub(2)..(planes.end + 2).min(depth)
}
