//! A segment: a convolution with the row layers up to the next one, walked slab by slab.

use std::ops::Range;

use super::Keep;
use super::chain::{Chain, rows_at_once};
use crate::network::feature_maps::{FeatureMaps, OverlapAdd, slabs_of};
use crate::network::layers::{Kept, RowLayer};
use crate::network::walk::Walk;
use crate::network::{NetworkError, WorkLimits};

/// Row layers of which only the first looks far.
#[derive(Debug)]
pub struct Segment {
    chain: Chain,
    slabs: Vec<KeptSlab>,
}

/// What one slab of output rows kept, layer by layer.
#[derive(Debug)]
struct KeptSlab {
    output_rows: Range<usize>,
    kept: Vec<Kept>,
}

impl Segment {
    /// A segment that begins with this layer.
    pub fn new(layer: RowLayer, input_shape: [usize; 4]) -> Self {
        Self { chain: Chain::new(vec![layer], input_shape), slabs: Vec::new() }
    }

    /// Its layers.
    pub fn into_chain(self) -> Chain {
        self.chain
    }

    /// Its layers.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Adds a layer at the end.
    pub fn push(&mut self, layer: RowLayer) {
        self.chain.push(layer);
    }

    /// Output of the last layer.
    pub async fn forward(
        &mut self,
        input: &FeatureMaps,
        keep: Keep,
        limits: WorkLimits,
        walk: Walk<'_>,
    ) -> Result<FeatureMaps, NetworkError> {
        self.slabs.clear();
        let shape = self.chain.output_shape();
        let at_once = rows_at_once(shape[1], limits, |n| self.chain.largest_bytes(n), |n| self.chain.work(n))?;
        let mut output = FeatureMaps::empty(shape);
        for output_rows in slabs_of(0..shape[1], at_once) {
            let x = input.rows(self.chain.input_rows(&output_rows), self.chain.outside());
            let (slab, kept) = self.chain.forward(x, &output_rows);
            output.push(slab);
            walk.step((self.chain.len() * output_rows.end / shape[1]) as u64).await?;
            if keep == Keep::ForGradient {
                self.slabs.push(KeptSlab { output_rows, kept });
            }
        }
        Ok(output)
    }

    /// Gradient with respect to the input.
    pub async fn backward(&self, gradient: &FeatureMaps, walk: Walk<'_>) -> Result<FeatureMaps, NetworkError> {
        let mut sum = OverlapAdd::new(self.chain.input_shape());
        for (index, slab) in self.slabs.iter().enumerate() {
            let rows = slab.output_rows.start as isize..slab.output_rows.end as isize;
            let contribution = self.chain.backward(gradient.rows(rows, 0.0), &slab.kept, &slab.output_rows);
            sum.add(contribution, self.chain.input_rows(&slab.output_rows), self.closed_after(index));
            walk.step((self.chain.len() * (index + 1) / self.slabs.len()) as u64).await?;
        }
        Ok(sum.finish())
    }

    /// The first input row that a later slab depends on.
    fn closed_after(&self, index: usize) -> usize {
        let next = self.slabs.get(index + 1).map(|next| self.chain.input_rows(&next.output_rows).start.max(0) as usize);
        next.unwrap_or(self.chain.input_shape()[1])
    }
}

impl From<Chain> for Segment {
    fn from(chain: Chain) -> Self {
        Self { chain, slabs: Vec::new() }
    }
}
