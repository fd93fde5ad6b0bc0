//! A residual block forwards, plane after plane.

use super::input::Input;
use super::join::{Join, Pooled};
use super::ring::Ring;
use super::{CpuResidual, STRIDE, rectify};
use crate::kernels::cpu::held::Held;
use crate::kernels::cpu::parallel::{Shared, in_pieces};

/// Numbers that are summed side by side.
const SIDE_BY_SIDE: usize = 8;

/// How far a forward walk has got. Planes come in order, and at most `n_planes` of the branch at a time.
pub struct Forward<'a> {
    block: &'a CpuResidual,
    /// The input, C×D×H×W, and D, H and W.
    x: Input<'a>,
    axes: [usize; 3],
    hidden: Ring,
    hidden_end: usize,
    branch: Ring,
    branch_end: usize,
    /// Of the branch so far, per channel.
    sums: Vec<f64>,
    pooled_end: usize,
    /// Planes that the output holds.
    to: Held,
}

impl<'a> Forward<'a> {
    /// Nothing computed yet. With `holds_branch` the whole branch is held, so that [`Self::pool`] may come after all of it.
    pub fn new(block: &'a CpuResidual, x: &'a [f32], axes: [usize; 3], n_planes: usize, holds_branch: bool) -> Self {
        let (x, to) = (Input { values: x, held: Held::all(axes[0]) }, Held::all(CpuResidual::output(axes)[0]));
        Self::of(block, x, axes, to, n_planes, holds_branch)
    }

    /// The same from an input, and into an output, that hold only some planes.
    pub(super) fn of(block: &'a CpuResidual, x: Input<'a>, axes: [usize; 3], to: Held, n_planes: usize, holds_branch: bool) -> Self {
        let [_, n_hidden, n_out] = block.channels;
        let [depth, height, width] = axes;
        // What is kept of the planes before: two of the branch to pool with, and of the hidden layer two for the next window.
        let ring = |n_channels, holds_all| Ring::new(n_channels, if holds_all { depth } else { depth.min(n_planes + 2) }, [height, width]);
        let (hidden, branch) = (ring(n_hidden, false), ring(n_out, holds_branch));
        Self { block, x, axes, hidden, hidden_end: 0, branch, branch_end: 0, sums: vec![0.0; n_out], pooled_end: 0, to }
    }

    /// Begins at a plane of the output.
    pub fn beginning_at(mut self, plane: usize) -> Self {
        self.pooled_end = plane;
        self.branch_end = STRIDE * plane;
        self.hidden_end = self.branch_end.saturating_sub(1);
        self
    }

    /// The next plane of the output.
    pub fn next_plane(&self) -> usize {
        self.pooled_end
    }

    /// Computes the hidden layer as far as planes of the branch before `branch_end` look at it.
    pub fn hidden(&mut self, branch_end: usize) {
        let planes = self.hidden_end..self.axes[0].min(branch_end + 1);
        self.hidden_end = planes.end;
        hidden(self.block, self.x, self.axes, planes, &mut self.hidden);
    }

    /// Computes the branch before plane `end`; with `sums` adds it up, too.
    pub fn branch(&mut self, end: usize, sums: bool) {
        let planes = self.branch_end..end;
        self.branch_end = end;
        let fill = |channel: usize, z: usize, y: usize, row: &mut [f32]| row.copy_from_slice(self.hidden.row(channel, z, y));
        let n_held = self.branch.n_planes();
        self.block.second.planes_of(Held::ring(n_held), &fill, self.axes, planes.clone(), self.branch.values_mut(), None);
        if sums {
            let n_out = self.block.n_out();
            let mut of_planes = vec![0.0; planes.len() * n_out];
            let shared = Shared::new(&mut of_planes);
            in_pieces(planes.clone(), |some| {
                for z in some {
                    let start = (z - planes.start) * n_out;
                    // SAFETY: no other piece has this plane.
                    let to = unsafe { shared.part(start..start + n_out) };
                    to.iter_mut().enumerate().for_each(|(channel, to)| *to = sum(self.branch.plane(channel, z)));
                }
            });
            for of_plane in of_planes.chunks_exact(n_out) {
                self.sums.iter_mut().zip(of_plane).for_each(|(sum, of_plane)| *sum += of_plane);
            }
        }
    }

    /// The means of the channels of a branch that was summed up.
    pub fn means(&self) -> Vec<f32> {
        let n_voxels = self.axes.iter().product::<usize>() as f64;
        self.sums.iter().map(|sum| (sum / n_voxels) as f32).collect()
    }

    /// The first plane of the output that needs more of the branch than there is.
    pub fn poolable(&self) -> usize {
        CpuResidual::output([self.branch_end, 0, 0])[0]
    }

    /// Computes the output before plane `end`, the channels of the branch being multiplied by `gate`.
    pub fn pool(&mut self, end: usize, gate: &[f32], pooled: Pooled<'_>) {
        let planes = self.pooled_end..end;
        self.pooled_end = end;
        let (shortcut, activation) = (&self.block.shortcut, self.block.activations[1]);
        Join { branch: &self.branch, gate, x: self.x, axes: self.axes, to: self.to, shortcut, activation }.planes(planes, pooled);
    }
}

/// Computes planes of the hidden layer: convolution, normalisation and function.
pub fn hidden(block: &CpuResidual, x: Input<'_>, axes: [usize; 3], planes: std::ops::Range<usize>, ring: &mut Ring) {
    let [_, height, width] = axes;
    let fill = |channel: usize, z: usize, y: usize, row: &mut [f32]| {
        row.copy_from_slice(x.row(channel, z, y, [height, width]));
    };
    block.first.planes_of(Held::ring(ring.n_planes()), &fill, axes, planes.clone(), ring.values_mut(), None);
    let (places, values) = ring.shared();
    in_pieces(planes, |planes| {
        for z in planes {
            for channel in 0..block.channels[1] {
                // SAFETY: no other piece has this plane.
                rectify::apply(block.activations[0], unsafe { values.part(places.plane(channel, z)) });
            }
        }
    });
}

/// In float64, in an order that does not depend on the width of vectors.
fn sum(values: &[f32]) -> f64 {
    let (chunks, rest) = values.as_chunks::<SIDE_BY_SIDE>();
    let mut sums = [0.0; SIDE_BY_SIDE];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, &value)| *sum += f64::from(value));
    }
    sums.iter().sum::<f64>() + rest.iter().copied().map(f64::from).sum::<f64>()
}
