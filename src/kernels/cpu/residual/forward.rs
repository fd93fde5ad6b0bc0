//! The forward pass of a residual block, plane after plane.

use super::activation;
use super::block::{CpuResidual, STRIDE};
use super::input_planes::InputPlanes;
use super::join::{BranchJoin, Pooled};
use super::ring::Ring;
use crate::kernels::cpu::parallel::{SharedSlice, in_pieces};
use crate::kernels::cpu::plane_range::{BlockPlanes, PlaneRange};

/// Numbers that are summed side by side.
const SIDE_BY_SIDE: usize = 8;

/// A forward pass, and how far it has got. Planes are computed in their order, at most `n_planes` of the branch at a time.
pub struct Forward<'a> {
    block: &'a CpuResidual,
    /// The input, C×D×H×W.
    x: InputPlanes<'a>,
    /// Planes, rows and columns of the whole input.
    axes: [usize; 3],
    hidden: Ring,
    hidden_end: usize,
    branch: Ring,
    branch_end: usize,
    /// Sums of the branch's planes so far, per channel.
    sums: Vec<f64>,
    pooled_end: usize,
    /// Planes that the output holds.
    output_planes: PlaneRange,
}

impl<'a> Forward<'a> {
    /// A pass over the whole input `x` that has computed nothing yet. With `holds_branch` the whole branch stays in memory, so that
    /// [`Self::pool`] may come after all of it.
    pub fn new(block: &'a CpuResidual, x: &'a [f32], axes: [usize; 3], n_planes: usize, holds_branch: bool) -> Self {
        let in_memory = BlockPlanes { input: PlaneRange::all(axes[0]), output: PlaneRange::all(CpuResidual::output(axes)[0]) };
        Self::between(block, in_memory, x, axes, n_planes, holds_branch)
    }

    /// A pass as [`Self::new`] gives it, from an input, and into an output, that hold only the planes `in_memory`.
    pub(super) fn between(
        block: &'a CpuResidual,
        in_memory: BlockPlanes,
        x: &'a [f32],
        axes: [usize; 3],
        n_planes: usize,
        holds_branch: bool,
    ) -> Self {
        let [_, n_hidden, n_out] = block.channels;
        let [depth, height, width] = axes;
        // What is kept of the planes before: two of the branch to pool with, and of the hidden layer two for the next window.
        let ring = |n_channels, holds_all| Ring::new(n_channels, if holds_all { depth } else { depth.min(n_planes + 2) }, [height, width]);
        let (hidden, branch) = (ring(n_hidden, false), ring(n_out, holds_branch));
        let x = InputPlanes { values: x, in_memory: in_memory.input };
        let (sums, output_planes) = (vec![0.0; n_out], in_memory.output);
        Self { block, x, axes, hidden, hidden_end: 0, branch, branch_end: 0, sums, pooled_end: 0, output_planes }
    }

    /// Begins at a plane of the output instead of the first one.
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

    /// Computes the output before plane `end`, with the channels of the branch multiplied by `gate`, in all three stages at once:
    /// for a block without squeeze-excitation, whose gate is one everywhere.
    pub fn to_plane(&mut self, end: usize, gate: &[f32], pooled: Pooled<'_>) {
        self.hidden(STRIDE * end + 1);
        self.branch(STRIDE * end + 1, false);
        self.pool(end, gate, pooled);
    }

    /// Computes the hidden layer as far as planes of the branch before `branch_end` depend on it.
    pub fn hidden(&mut self, branch_end: usize) {
        let planes = self.hidden_end..self.axes[0].min(branch_end + 1);
        self.hidden_end = planes.end;
        hidden(self.block, self.x, self.axes, planes, &mut self.hidden);
    }

    /// Computes the branch before plane `end`, for which the hidden layer must be there; with `sums` adds its planes up for
    /// [`Self::means`], too.
    pub fn branch(&mut self, end: usize, sums: bool) {
        let planes = self.branch_end..end;
        self.branch_end = end;
        let fill = |channel: usize, z: usize, y: usize, row: &mut [f32]| row.copy_from_slice(self.hidden.row(channel, z, y));
        let in_memory = PlaneRange::ring(self.branch.n_planes());
        self.block.second.planes(in_memory, &fill, self.axes, planes.clone(), self.branch.values_mut(), None);
        if sums {
            let n_out = self.block.n_out();
            let mut of_planes = vec![0.0; planes.len() * n_out];
            let shared = SharedSlice::new(&mut of_planes);
            in_pieces(planes.clone(), |some| {
                for z in some {
                    let start = (z - planes.start) * n_out;
                    // SAFETY: the part belongs to plane z, and each plane to one piece.
                    let to = unsafe { shared.part(start..start + n_out) };
                    to.iter_mut().enumerate().for_each(|(channel, to)| *to = sum(self.branch.plane(channel, z)));
                }
            });
            // Planes are added in their order, whatever thread summed them.
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

    /// Computes the output before plane `end`, the channels of the branch being multiplied by `gate`. The branch must be there
    /// ([`Self::poolable`]).
    pub fn pool(&mut self, end: usize, gate: &[f32], pooled: Pooled<'_>) {
        let planes = self.pooled_end..end;
        self.pooled_end = end;
        let join = BranchJoin {
            branch: &self.branch,
            gate,
            x: self.x,
            axes: self.axes,
            output_planes: self.output_planes,
            shortcut: &self.block.shortcut,
            activation: self.block.activations[1],
        };
        join.planes(planes, pooled);
    }
}

/// Computes planes of the hidden layer: convolution, normalisation and function.
pub fn hidden(block: &CpuResidual, x: InputPlanes<'_>, axes: [usize; 3], planes: std::ops::Range<usize>, ring: &mut Ring) {
    let [_, height, width] = axes;
    let fill = |channel: usize, z: usize, y: usize, row: &mut [f32]| {
        row.copy_from_slice(x.row(channel, z, y, [height, width]));
    };
    block.first.planes(PlaneRange::ring(ring.n_planes()), &fill, axes, planes.clone(), ring.values_mut(), None);
    let (places, values) = ring.shared();
    in_pieces(planes, |planes| {
        for z in planes {
            for channel in 0..block.channels[1] {
                // SAFETY: planes that are computed together have places of their own in the ring, and each belongs to one piece.
                activation::apply(block.activations[0], unsafe { values.part(places.plane(channel, z)) });
            }
        }
    });
}

/// The sum of values, in float64 and in an order that does not depend on the width of vectors.
fn sum(values: &[f32]) -> f64 {
    let (chunks, rest) = values.as_chunks::<SIDE_BY_SIDE>();
    let mut sums = [0.0; SIDE_BY_SIDE];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, &value)| *sum += f64::from(value));
    }
    sums.iter().sum::<f64>() + rest.iter().copied().map(f64::from).sum::<f64>()
}
