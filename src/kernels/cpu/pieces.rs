//! Pieces of a block from no more planes than they look at: for threads that have no memory in common.
//!
//! A piece has the bits that the same planes have when they are computed with all others.

use std::ops::Range;

use super::held::Held;
use super::{Backward, CpuBlock, OutputGradient};

impl CpuBlock {
    /// The planes of the input that planes of the output look at.
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

    /// The planes of the output whose gradient steps of the way back look at.
    pub fn output_planes(&self, input: [usize; 3], steps: &Range<usize>) -> Range<usize> {
        let [depth, ..] = self.geometry.output(input);
        match &self.backward {
            _ if self.geometry.is_flat() => 0..1,
            Backward::Dense(_) => around(steps, depth),
            // A pair gets from its own block and the one before.
            Backward::Sparse(_) => steps.start.saturating_sub(1)..steps.end.min(depth),
        }
    }

    /// The planes of the input whose gradient steps of the way back give.
    pub fn planes_of_steps(&self, input: [usize; 3], steps: &Range<usize>) -> Range<usize> {
        let [depth, ..] = input;
        match &self.backward {
            Backward::Dense(_) => steps.clone(),
            Backward::Sparse(_) if self.geometry.is_flat() => 0..1,
            Backward::Sparse(_) => {
                let before = 1 + self.geometry.front(input)[0];
                let at = |step: usize| (2 * step).saturating_sub(before).min(depth);
                at(steps.start)..at(steps.end)
            }
        }
    }

    /// Planes of the output, and one [`winner`](crate::kernels::winner) code for each value if wanted, from those
    /// of the input that they look at ([`Self::input_planes`]), channels slowest.
    pub fn forward_piece(&self, x: &[f32], input: [usize; 3], planes: Range<usize>, keeps: bool) -> (Vec<f32>, Vec<u8>) {
        let [_, height, width] = self.geometry.output(input);
        let n_values = self.geometry.n_out * planes.len() * height * width;
        let (mut output, mut winners) = (vec![0.0; n_values], vec![0; if keeps { n_values } else { 0 }]);
        let held = [Held::only(&self.input_planes(input, &planes)), Held::only(&planes)];
        self.forward_of(held, x, input, planes, &mut output, keeps.then_some(&mut winners[..]));
        (output, winners)
    }

    /// What steps of the way back give ([`Self::planes_of_steps`]), channels slowest, from the planes of the output's gradient
    /// that they look at ([`Self::output_planes`]).
    pub fn gradient_piece(&self, gradient: OutputGradient<'_>, input: [usize; 3], steps: Range<usize>) -> Vec<f32> {
        let planes = self.planes_of_steps(input, &steps);
        let [_, height, width] = input;
        let mut output = vec![0.0; self.geometry.n_in * planes.len() * height * width];
        let held = [Held::only(&self.output_planes(input, &steps)), Held::only(&planes)];
        self.input_gradient_of(held, gradient, input, steps, &mut output);
        output
    }
}

/// What planes look at where there is neither pooling nor a stride. Pairs of planes are computed together, so that the first one
/// may begin, and the last one end, a plane beyond the piece; the kernel reaches one further.
fn around(planes: &Range<usize>, depth: usize) -> Range<usize> {
    planes.start.saturating_sub(2)..(planes.end + 2).min(depth)
}
