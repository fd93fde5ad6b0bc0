//! A fused block on the CPU: whole feature maps in, whole feature maps out, a few planes at a time.

use std::sync::Arc;

use super::chain::Chain;
use super::context::{Keep, PassContext};
use crate::kernels::cpu::{CpuBlock, OutputGradient};
use crate::network::error::NetworkError;
use crate::network::feature_maps::{FeatureMaps, VALUE_BYTES, bytes_of};
use crate::network::fusing::parameters_of;
use crate::network::helper_pool::{
    BackwardJob, BlockDefinition, BlockJob, BlockOutput, BlockProgress, ForwardJob, SharedBlock, run_locally,
};
use crate::network::host_values::HostValues;
use crate::network::memory::Footprint;
use crate::network::undecided::{BlockMargins, PreciseBlock, PreciseForward};
use crate::network::work_limits::WorkLimits;

/// How many times less work a sparse gradient is than the output, at least: one voxel of eight carries a gradient.
const SPARSE_SAVING: u64 = 2;

/// A fused block of the CPU, and what its forward walk kept.
#[derive(Debug)]
pub struct FusedBlock {
    block: Arc<CpuBlock>,
    /// The layers that the block stands for.
    chain: Chain,
    /// One [`crate::kernels::winner`] code for each output value.
    winners: Arc<[u8]>,
}

impl FusedBlock {
    /// A block of the CPU and the layers that it stands for.
    pub fn new(block: Arc<CpuBlock>, chain: Chain) -> Self {
        Self { block, chain, winners: Arc::default() }
    }

    /// Number of layers that the block stands for.
    pub fn n_layers(&self) -> u64 {
        self.chain.len() as u64
    }

    /// Memory of the block: of the input a few planes are copied, for each output value one byte is kept. Helpers have memory of
    /// their own, but in the same machine: each has two pieces at most, with the planes that they depend on and those that they give.
    pub fn footprint(&self, limits: WorkLimits) -> Footprint {
        let output = bytes_of(self.chain.output_shape());
        let [c, d, h, w] = self.chain.input_shape();
        let planes = bytes_of([c, d.min(4), h + 2, w + 2]);
        let (axes, n_planes) = self.planes();
        let is_shared = limits.n_helpers > 0 && self.can_share(limits, 1);
        let n_helpers = if is_shared { limits.n_helpers } else { 0 };
        let piece = 0..self.piece_len(limits.max_fused_work, n_planes).min(n_planes.div_ceil(2 * (n_helpers + 1)));
        let n_input_planes = self.block.input_planes(axes, &piece).len();
        let of_helper = 2 * (bytes_of([c, n_input_planes, h, w]) + output * piece.len() as u64 / n_planes as u64);
        Footprint { output, kept: output / VALUE_BYTES, working: planes + n_helpers as u64 * of_helper, is_tiled: false }
    }

    /// Output of the last layer. `precise` is the chain of blocks before this one, which is appended to it.
    pub async fn forward(
        &mut self,
        input: &FeatureMaps,
        keep: Keep,
        precise: &mut PreciseForward,
        context: PassContext<'_>,
    ) -> Result<FeatureMaps, NetworkError> {
        precise.begin(input);
        let shape = self.chain.output_shape();
        let x = input.joined();
        let device = x.device();
        let x = HostValues::of(&x);
        let n_values: usize = shape.iter().product();
        let mut output = vec![0.0; n_values];
        let mut winners = vec![0; if keep == Keep::ForGradient { n_values } else { 0 }];
        let kept = (keep == Keep::ForGradient).then_some(&mut winners[..]);
        let values = BlockOutput { values: &mut output, winners: kept };
        let precise_block = PreciseBlock::of(self.chain.layers(), self.chain.input_shape());
        let margins = match (&precise_block, keep) {
            (Some(block), Keep::ForGradient) => BlockMargins::of_input(block, x.as_slice()),
            _ => BlockMargins::default(),
        };
        let (axes, as_margins) = (self.planes().0, margins.as_margins());
        let mut job = ForwardJob { block: &self.block, x: x.as_slice(), axes, output: values, margins: as_margins };
        self.run(&mut job, 1, context).await?;
        if let Some(block) = precise_block {
            precise.decide(&block, &margins, Some(x.as_slice()), &mut winners, context.progress).await?;
            self.winners = winners.into();
            precise.push(block.with_winners((keep == Keep::ForGradient).then(|| self.winners.clone())));
        }
        let [c, d, h, w] = shape;
        Ok(FeatureMaps::whole(HostValues::into_tensor(output, [1, c, d, h, w], &device)))
    }

    /// Gradient with respect to the input.
    pub async fn backward(&self, gradient: &FeatureMaps, context: PassContext<'_>) -> Result<FeatureMaps, NetworkError> {
        let gradient = gradient.joined();
        let device = gradient.device();
        let values = HostValues::of(&gradient);
        let gradient = OutputGradient { values: values.as_slice(), winners: &self.winners };
        let [c, d, h, w] = self.chain.input_shape();
        let mut output = vec![0.0; c * d * h * w];
        let saving = if self.block.geometry().is_sparse() { SPARSE_SAVING } else { 1 };
        let mut job = BackwardJob { block: &self.block, gradient, axes: self.planes().0, output: &mut output };
        self.run(&mut job, saving, context).await?;
        Ok(FeatureMaps::whole(HostValues::into_tensor(output, [1, c, d, h, w], &device)))
    }

    /// Planes, rows and columns of the input, and planes of the output. Images of two axes are one plane.
    fn planes(&self) -> ([usize; 3], usize) {
        let [_, d, h, w] = self.chain.input_shape();
        let geometry = self.block.geometry();
        let axes = if geometry.is_flat() { [1, d, h] } else { [d, h, w] };
        (axes, geometry.output(axes)[0])
    }

    /// Runs a job that is `saving` times less work than the output, shared with helpers where that pays; a stop is noticed after each
    /// piece.
    async fn run(&self, job: &mut dyn BlockJob, saving: u64, context: PassContext<'_>) -> Result<(), NetworkError> {
        let PassContext { limits, progress, helpers } = context;
        let len = self.piece_len(limits.max_fused_work.saturating_mul(saving), self.planes().1);
        let progress = BlockProgress { walk: progress, n_layers: self.n_layers() };
        if let Some(helpers) = helpers.filter(|helpers| helpers.has_helpers() && self.can_share(limits, saving)) {
            let definition = || parameters_of(self.chain.layers()).map(BlockDefinition::Fused);
            let block = SharedBlock { identity: self.block.clone(), definition: &definition };
            return helpers.share(block, job, len, progress).await;
        }
        run_locally(job, len, progress).await
    }

    /// Whether the work is worth being sent to other threads. Images of two axes are one plane, which cannot be cut.
    fn can_share(&self, limits: WorkLimits, saving: u64) -> bool {
        let is_flat = self.block.geometry().is_flat();
        !is_flat && self.chain.work(self.chain.output_shape()[1]) / saving >= limits.min_shared_work
    }

    /// Units of a piece, of which there are about as many as planes of the output.
    fn piece_len(&self, max_work: u64, n_planes: usize) -> usize {
        let rows = self.chain.output_shape()[1];
        let work = self.chain.work(rows).div_ceil(n_planes as u64).max(1);
        usize::try_from(max_work / work).unwrap_or(usize::MAX).max(1)
    }
}
