//! The end of a residual block: branch and shortcut are added and go through the row layers that follow, slab by slab,
//! so that neither the shortcut nor the sum ever exists as a whole.

use std::ops::Range;

use super::chain::{Chain, rows_at_once};
use super::context::{Keep, PassContext};
use super::spatial_pass::SpatialPass;
use crate::network::error::NetworkError;
use crate::network::feature_maps::{FeatureMaps, OverlapAdd, bytes_of, clip, pad_rows, slabs_of};
use crate::network::layers::{Kept, RowLayer};
use crate::network::memory::Footprint;
use crate::network::undecided::PreciseForward;
use crate::network::work_limits::WorkLimits;

/// `tail(branch(x) + shortcut(x))`.
#[derive(Debug)]
pub struct ResidualJoin {
    branch: SpatialPass,
    /// Empty for the identity.
    shortcut: Chain,
    tail: Chain,
    slabs: Vec<KeptJoinSlab>,
}

/// The values that the gradient needs of one slab of output rows, layer by layer.
#[derive(Debug)]
struct KeptJoinSlab {
    output_rows: Range<usize>,
    shortcut: Vec<Kept>,
    tail: Vec<Kept>,
}

/// The rows on which one slab of output rows depends.
struct SlabRows {
    /// Rows of the sum, padding included.
    sum: Range<isize>,
    /// Rows of the sum without padding.
    inside: Range<usize>,
    /// Rows of the block's input, padding included.
    input: Range<isize>,
}

impl ResidualJoin {
    /// The sum of branch and shortcut, on an input of shape C×D×H×W, with no layer after the addition yet.
    pub fn new(branch: SpatialPass, shortcut: Vec<RowLayer>, input_shape: [usize; 4]) -> Self {
        let shortcut = Chain::new(shortcut, input_shape);
        let tail = Chain::new(Vec::new(), shortcut.output_shape());
        Self { branch, shortcut, tail, slabs: Vec::new() }
    }

    /// Adds a layer after the addition.
    pub fn push(&mut self, layer: RowLayer) {
        self.tail.push(layer);
    }

    /// Has the device compile the kernels of the branch.
    pub fn warm_up(&self) {
        self.branch.warm_up();
    }

    /// Number of layers of both branches, the addition, and the layers after it.
    pub fn n_layers(&self) -> u64 {
        self.branch.n_layers() + self.n_own_layers()
    }

    /// Memory of the block: the branch's output exists as a whole, and so does its gradient.
    pub fn footprint(&self, limits: WorkLimits) -> Result<Footprint, NetworkError> {
        let branch = self.branch.footprints()?;
        let through_branch = branch.iter().map(|part| 2 * part.output + part.working).max().unwrap_or(0);
        let at_once = self.rows_at_once(limits)?;
        let slabs = 3 * (self.tail.largest_bytes(at_once) + self.shortcut.largest_bytes(self.tail.n_input_rows(at_once)));
        let kept_by_branch: u64 = branch.iter().map(|part| part.kept).sum();
        Ok(Footprint {
            output: bytes_of(self.tail.output_shape()),
            kept: kept_by_branch + self.shortcut.kept_bytes(limits) + self.tail.kept_bytes(limits),
            working: through_branch.max(bytes_of(self.tail.input_shape()) + slabs),
            is_tiled: branch.iter().any(|part| part.is_tiled)
                || self.tail.largest_bytes(self.tail.output_shape()[1]) > limits.max_tensor_bytes,
        })
    }

    /// Output of the last layer after the addition.
    pub async fn forward(&mut self, input: &FeatureMaps, keep: Keep, context: PassContext<'_>) -> Result<FeatureMaps, NetworkError> {
        let branch = Box::pin(self.branch.forward(input, keep, &mut PreciseForward::default(), context.progress, context.helpers)).await?;
        let progress = context.progress.after(self.branch.n_layers());
        self.slabs.clear();
        let shape = self.tail.output_shape();
        let mut output = FeatureMaps::empty(shape);
        for output_rows in slabs_of(0..shape[1], self.rows_at_once(context.limits)?) {
            let rows = self.rows(&output_rows);
            let (shortcut, kept_shortcut) = self.shortcut.forward(input.rows(rows.input, self.shortcut.outside()), &rows.inside);
            let sum = shortcut + branch.rows(rows.inside.start as isize..rows.inside.end as isize, 0.0);
            let (slab, tail) = self.tail.forward(pad_rows(sum, &rows.sum, &rows.inside, self.tail.outside()), &output_rows);
            output.push(slab);
            progress.step(self.n_own_layers() * output_rows.end as u64 / shape[1] as u64).await?;
            if keep == Keep::ForGradient {
                self.slabs.push(KeptJoinSlab { output_rows, shortcut: kept_shortcut, tail });
            }
        }
        Ok(output)
    }

    /// Gradient with respect to the block's input.
    pub async fn backward(&self, gradient: &FeatureMaps, context: PassContext<'_>) -> Result<FeatureMaps, NetworkError> {
        let mut to_branch = OverlapAdd::new(self.tail.input_shape());
        let mut to_input = OverlapAdd::new(self.shortcut.input_shape());
        for (index, slab) in self.slabs.iter().enumerate() {
            let rows = self.rows(&slab.output_rows);
            let next = self.slabs.get(index + 1).map(|next| self.rows(&next.output_rows));
            let output_rows = slab.output_rows.start as isize..slab.output_rows.end as isize;
            let g = self.tail.backward(gradient.rows(output_rows, 0.0), &slab.tail, &slab.output_rows);
            let g = g.narrow(2, (rows.inside.start as isize - rows.sum.start) as usize, rows.inside.len());
            let closed = next.as_ref().map_or(usize::MAX, |next| next.inside.start);
            to_branch.add(g.clone(), rows.inside.start as isize..rows.inside.end as isize, closed);
            let closed = next.as_ref().map_or(usize::MAX, |next| next.input.start.max(0) as usize);
            to_input.add(self.shortcut.backward(g, &slab.shortcut, &rows.inside), rows.input, closed);
            context.progress.step(self.n_own_layers() * (index + 1) as u64 / self.slabs.len() as u64).await?;
        }
        let after = context.after(self.n_own_layers());
        let through_branch = Box::pin(self.branch.backward(to_branch.finish(), after.progress, after.helpers)).await?;
        Ok(through_branch.plus(&to_input.finish()))
    }

    fn n_own_layers(&self) -> u64 {
        (self.shortcut.len() + self.tail.len()) as u64 + 1
    }

    fn rows(&self, output_rows: &Range<usize>) -> SlabRows {
        let sum = self.tail.input_rows(output_rows);
        let inside = clip(&sum, self.tail.input_shape()[1]);
        SlabRows { input: self.shortcut.input_rows(&inside), sum, inside }
    }

    fn rows_at_once(&self, limits: WorkLimits) -> Result<usize, NetworkError> {
        let of_shortcut = |n: usize| self.tail.n_input_rows(n);
        let bytes = |n: usize| self.tail.largest_bytes(n).max(self.shortcut.largest_bytes(of_shortcut(n)));
        let work = |n: usize| self.tail.work(n) + self.shortcut.work(of_shortcut(n));
        rows_at_once(self.tail.output_shape()[1], limits, bytes, work)
    }
}
