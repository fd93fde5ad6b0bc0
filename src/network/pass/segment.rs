//! A segment: a convolution with the row layers up to the next one, walked slab by slab.

use std::ops::Range;
use std::sync::Arc;

use burn::tensor::Tensor;

use super::chain::{Chain, rows_at_once};
use super::context::{Keep, PassContext};
use crate::kernels::gpu::{GpuBlock, GpuWinners};
use crate::kernels::winner;
use crate::network::error::NetworkError;
use crate::network::feature_maps::{FeatureMaps, OverlapAdd, VALUE_BYTES, bytes_of, slabs_of};
use crate::network::helper_pool::{fill_planes, planes_of};
use crate::network::layers::{Kept, RowLayer};
use crate::network::memory::Footprint;
use crate::network::undecided::{BlockMargins, PreciseBlock, PreciseForward};
use crate::network::work_limits::WorkLimits;

/// Row layers of which only the first depends on neighbouring rows far away.
#[derive(Debug)]
pub struct Segment {
    chain: Chain,
    /// The first layers as one kernel, if there is such a kernel.
    fused: Option<FusedLayers>,
    slabs: Vec<KeptSegmentSlab>,
}

/// The first layers of a segment, which are one kernel of a GPU.
#[derive(Debug)]
struct FusedLayers {
    block: Arc<GpuBlock>,
    /// How many layers the kernel stands for; those after them are functions of single values.
    n_layers: usize,
}

/// The values that the gradient needs of one slab of output rows.
#[derive(Debug)]
struct KeptSegmentSlab {
    output_rows: Range<usize>,
    kept: KeptRows,
}

#[derive(Debug)]
enum KeptRows {
    /// The values that each layer kept.
    Layers(Vec<Kept>),
    /// The winners of the kernel `block`, and each layer after it with the values that it kept.
    Fused { block: Arc<GpuBlock>, winners: Box<GpuWinners>, after: Vec<(RowLayer, Kept)> },
}

impl Segment {
    /// A segment that begins with this layer.
    pub fn new(layer: RowLayer, input_shape: [usize; 4]) -> Self {
        Self { chain: Chain::new(vec![layer], input_shape), fused: None, slabs: Vec::new() }
    }

    /// The segment with its first `n_layers` layers in one kernel of a GPU. The layers after them are functions of single values.
    pub fn with_block(self, block: Arc<GpuBlock>, n_layers: usize) -> Self {
        Self { fused: Some(FusedLayers { block, n_layers }), ..self }
    }

    /// The layers of the segment, without the kernel.
    pub fn into_chain(self) -> Chain {
        self.chain
    }

    /// The layers of the segment.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Adds a layer at the end.
    pub fn push(&mut self, layer: RowLayer) {
        self.chain.push(layer);
    }

    /// Memory of the segment: while a slab is computed, the rows it needs are copied and a layer's input and output exist.
    pub fn footprint(&self, limits: WorkLimits) -> Result<Footprint, NetworkError> {
        let shape = self.chain.output_shape();
        let at_once = self.rows_at_once(limits)?;
        let slab = self.largest_bytes(at_once);
        let is_tiled = self.largest_bytes(shape[1]) > limits.max_tensor_bytes;
        // The kernel keeps a byte for each output value, and all that is kept of the convolution's output is kept of what follows it.
        let by_kernel = if self.fused.is_some() { bytes_of(shape) / VALUE_BYTES } else { 0 };
        let is_alone = self.fused.as_ref().is_some_and(|fused| fused.n_layers == self.chain.len());
        let kept = by_kernel + if is_alone { 0 } else { self.chain.kept_bytes(limits) };
        Ok(Footprint { output: bytes_of(shape), kept, working: 3 * slab, is_tiled })
    }

    /// Whether the segment is one block of a GPU, without further layers.
    pub fn is_block(&self) -> bool {
        self.fused.as_ref().is_some_and(|fused| fused.n_layers == self.chain.len())
    }

    /// Output of the last layer. `precise` is the chain of blocks before this one, to which a block is appended.
    pub async fn forward(
        &mut self,
        input: &FeatureMaps,
        keep: Keep,
        precise: &mut PreciseForward,
        context: PassContext<'_>,
    ) -> Result<FeatureMaps, NetworkError> {
        precise.begin(input);
        self.slabs.clear();
        let shape = self.chain.output_shape();
        let at_once = self.rows_at_once(context.limits)?;
        let mut output = FeatureMaps::empty(shape);
        let precise_block = PreciseBlock::of(self.chain.layers(), self.chain.input_shape()).filter(|_| self.is_block());
        for output_rows in slabs_of(0..shape[1], at_once) {
            let x = input.rows(self.chain.input_rows(&output_rows), self.chain.outside());
            let (slab, kept) = self.forward_rows(x, &output_rows, precise_block.as_ref().filter(|_| keep == Keep::ForGradient));
            output.push(slab);
            context.progress.step((self.chain.len() * output_rows.end / shape[1]) as u64).await?;
            if keep == Keep::ForGradient {
                self.slabs.push(KeptSegmentSlab { output_rows, kept });
            }
        }
        if let Some(block) = precise_block {
            let winners = if keep == Keep::ForGradient { Some(self.decide(&block, precise, context).await?) } else { None };
            precise.push(block.with_winners(winners));
        }
        Ok(output)
    }

    /// Gradient with respect to the input.
    pub async fn backward(&self, gradient: &FeatureMaps, context: PassContext<'_>) -> Result<FeatureMaps, NetworkError> {
        let mut sum = OverlapAdd::new(self.chain.input_shape());
        for (index, slab) in self.slabs.iter().enumerate() {
            let rows = slab.output_rows.start as isize..slab.output_rows.end as isize;
            let contribution = self.backward_rows(gradient.rows(rows, 0.0), slab);
            sum.add(contribution, self.chain.input_rows(&slab.output_rows), self.closed_after(index));
            context.progress.step((self.chain.len() * (index + 1) / self.slabs.len()) as u64).await?;
        }
        Ok(sum.finish())
    }

    /// Decides the winners that the kernel has marked, and returns those of all slabs, O×D'×H'×W'.
    async fn decide(
        &mut self,
        block: &PreciseBlock,
        precise: &mut PreciseForward,
        context: PassContext<'_>,
    ) -> Result<Arc<[u8]>, NetworkError> {
        let [n_out, depth, height, width] = self.chain.output_shape();
        let plane = height * width;
        let mut codes = vec![0; n_out * depth * plane];
        for slab in &self.slabs {
            let KeptRows::Fused { winners, .. } = &slab.kept else { continue };
            let of_slab = winners.read().await.map_err(|reason| NetworkError::Device { reason })?;
            fill_planes(&mut codes, [depth, height, width], &slab.output_rows, |at, to| to.copy_from_slice(&of_slab[at..at + to.len()]));
        }
        let marked: Vec<bool> = self
            .slabs
            .iter()
            .map(|slab| {
                planes_of(&codes, [depth, height, width], slab.output_rows.clone()).flatten().any(|code| code & winner::UNDECIDED != 0)
            })
            .collect();
        precise.decide(block, &BlockMargins::default(), None, &mut codes, context.progress).await?;
        for (slab, _) in self.slabs.iter_mut().zip(marked).filter(|(_, is_marked)| *is_marked) {
            if let KeptRows::Fused { winners, .. } = &mut slab.kept {
                let decided: Vec<u8> = planes_of(&codes, [depth, height, width], slab.output_rows.clone()).flatten().copied().collect();
                **winners = winners.with_codes(&decided);
            }
        }
        Ok(codes.into())
    }

    /// Output rows from the input rows that they depend on; undecided winners of the kernel are marked if it is this block.
    fn forward_rows(&self, x: Tensor<5>, output_rows: &Range<usize>, precise: Option<&PreciseBlock>) -> (Tensor<5>, KeptRows) {
        match &self.fused {
            None => {
                let (slab, kept) = self.chain.forward(x, output_rows);
                (slab, KeptRows::Layers(kept))
            }
            Some(FusedLayers { block, n_layers }) => {
                let margins = precise.map(|precise| BlockMargins::on_device(precise, &x, block.n_lanes()));
                let (mut slab, winners) = block.forward(x, self.begins_with_padding(output_rows), margins);
                let mut after = Vec::new();
                for layer in &self.chain.layers()[*n_layers..] {
                    let (output, kept) = layer.forward(slab);
                    slab = output;
                    after.push((layer.clone(), kept));
                }
                (slab, KeptRows::Fused { block: block.clone(), winners: Box::new(winners), after })
            }
        }
    }

    /// Gradient with respect to these input rows.
    fn backward_rows(&self, gradient: Tensor<5>, slab: &KeptSegmentSlab) -> Tensor<5> {
        match &slab.kept {
            KeptRows::Layers(kept) => self.chain.backward(gradient, kept, &slab.output_rows),
            KeptRows::Fused { block, winners, after } => {
                let through = |gradient, (layer, kept): &(RowLayer, Kept)| layer.input_gradient(gradient, kept, self.chain.output_shape());
                block.input_gradient(after.iter().rev().fold(gradient, through), winners)
            }
        }
    }

    /// Has the device compile the kernel, if there is one.
    pub fn warm_up(&self) {
        if let Some(fused) = &self.fused {
            fused.block.warm_up();
        }
    }

    /// Whether the first pooling blocks begin with the zero in front of an odd axis.
    fn begins_with_padding(&self, output_rows: &Range<usize>) -> bool {
        output_rows.start == 0 && self.chain.pads_rows_in_front()
    }

    fn rows_at_once(&self, limits: WorkLimits) -> Result<usize, NetworkError> {
        rows_at_once(self.chain.output_shape()[1], limits, |n| self.largest_bytes(n), |n| self.chain.work(n))
    }

    /// Bytes of the largest tensor while `n_rows` output rows are computed: in one kernel there is nothing between input
    /// and output.
    fn largest_bytes(&self, n_rows: usize) -> u64 {
        if self.fused.is_none() {
            return self.chain.largest_bytes(n_rows);
        }
        let of = |[channels, _, height, width]: [usize; 4], n_rows: usize| bytes_of([channels, n_rows, height, width]);
        let n_input_rows = self.chain.n_input_rows(n_rows) + 2;
        of(self.chain.input_shape(), n_input_rows).max(of(self.chain.output_shape(), n_rows))
    }

    /// The first input row that a later slab depends on.
    fn closed_after(&self, index: usize) -> usize {
        let next = self.slabs.get(index + 1).map(|next| self.chain.input_rows(&next.output_rows).start.max(0) as usize);
        next.unwrap_or(self.chain.input_shape()[1])
    }
}
