//! A fused block on the CPU: whole feature maps in, whole feature maps out, a few planes at a time.

use std::sync::Arc;

use super::Keep;
use super::chain::Chain;
use crate::kernels::cpu::{CpuBlock, OutputGradient};
use crate::network::feature_maps::{FeatureMaps, VALUE_BYTES, bytes_of};
use crate::network::fusing::parameters_of;
use crate::network::helper_pool::{Backwards, BlockDefinition, BlockJob, Forwards, run_locally};
use crate::network::memory::Footprint;
use crate::network::progress::WalkProgress;
use crate::network::{HostValues, NetworkError, WorkLimits};

/// How many times less work a sparse way back is than the way forward, at least: one voxel of eight carries a gradient.
const BACKWARD_SPARES: u64 = 2;

/// A block, and what its forward walk kept.
#[derive(Debug)]
pub struct Fused {
    block: Arc<CpuBlock>,
    /// What it stands for.
    chain: Chain,
    /// One [`crate::kernels::winner`] code for each output value.
    winners: Vec<u8>,
}

impl Fused {
    /// A block of the CPU and the layers that it stands for.
    pub fn new(block: Arc<CpuBlock>, chain: Chain) -> Self {
        Self { block, chain, winners: Vec::new() }
    }

    /// Number of layers that it stands for.
    pub fn n_layers(&self) -> u64 {
        self.chain.len() as u64
    }

    /// What it takes: of the input a few planes are copied, for each output value one byte is kept. Helpers have memory of
    /// their own, but in the same machine: each has two pieces at most, with what they look at and what they give.
    pub fn footprint(&self, limits: WorkLimits) -> Footprint {
        let output = bytes_of(self.chain.output_shape());
        let [c, d, h, w] = self.chain.input_shape();
        let planes = bytes_of([c, d.min(4), h + 2, w + 2]);
        let (axes, n_planes) = self.planes();
        let is_shared = limits.n_helpers > 0 && self.can_share(limits, 1);
        let n_helpers = if is_shared { limits.n_helpers } else { 0 };
        let piece = 0..self.piece_len(limits.max_fused_work, n_planes).min(n_planes.div_ceil(2 * (n_helpers + 1)));
        let looks_at = self.block.input_planes(axes, &piece).len();
        let of_helper = 2 * (bytes_of([c, looks_at, h, w]) + output * piece.len() as u64 / n_planes as u64);
        Footprint { output, kept: output / VALUE_BYTES, working: planes + n_helpers as u64 * of_helper, is_tiled: false }
    }

    /// Output of the last layer.
    pub async fn forward(
        &mut self,
        input: &FeatureMaps,
        keep: Keep,
        limits: WorkLimits,
        walk: WalkProgress<'_>,
    ) -> Result<FeatureMaps, NetworkError> {
        let shape = self.chain.output_shape();
        let x = input.joined();
        let device = x.device();
        let x = HostValues::of(&x);
        let n_values: usize = shape.iter().product();
        let mut output = vec![0.0; n_values];
        let mut winners = vec![0; if keep == Keep::ForGradient { n_values } else { 0 }];
        let kept = (keep == Keep::ForGradient).then_some(&mut winners[..]);
        let mut job = Forwards { block: &self.block, x: x.as_slice(), axes: self.planes().0, output: &mut output, winners: kept };
        self.work_off(&mut job, limits, 1, walk).await?;
        self.winners = winners;
        let [c, d, h, w] = shape;
        Ok(FeatureMaps::whole(HostValues::into_tensor(output, [1, c, d, h, w], &device)))
    }

    /// Gradient with respect to the input.
    pub async fn backward(&self, gradient: &FeatureMaps, limits: WorkLimits, walk: WalkProgress<'_>) -> Result<FeatureMaps, NetworkError> {
        let gradient = gradient.joined();
        let device = gradient.device();
        let values = HostValues::of(&gradient);
        let gradient = OutputGradient { values: values.as_slice(), winners: &self.winners };
        let [c, d, h, w] = self.chain.input_shape();
        let mut output = vec![0.0; c * d * h * w];
        let spared = if self.block.geometry().is_sparse() { BACKWARD_SPARES } else { 1 };
        let mut job = Backwards { block: &self.block, gradient, axes: self.planes().0, output: &mut output };
        self.work_off(&mut job, limits, spared, walk).await?;
        Ok(FeatureMaps::whole(HostValues::into_tensor(output, [1, c, d, h, w], &device)))
    }

    /// Planes, rows and columns of the input, and planes of the output. Images of two axes are one plane.
    fn planes(&self) -> ([usize; 3], usize) {
        let [_, d, h, w] = self.chain.input_shape();
        let geometry = self.block.geometry();
        let axes = if geometry.is_flat() { [1, d, h] } else { [d, h, w] };
        (axes, geometry.output(axes)[0])
    }

    /// Has a way through the block done, `spared` times less work than the way forward, piece by piece; after each a stop is noticed.
    async fn work_off(&self, job: &mut dyn BlockJob, limits: WorkLimits, spared: u64, walk: WalkProgress<'_>) -> Result<(), NetworkError> {
        let len = self.piece_len(limits.max_fused_work.saturating_mul(spared), self.planes().1);
        if let Some(helpers) = walk.helpers().filter(|helpers| helpers.has_helpers() && self.can_share(limits, spared)) {
            let definition = || parameters_of(self.chain.layers()).map(BlockDefinition::Fused);
            return helpers.share((self.block.clone(), definition), job, len, (walk, self.n_layers())).await;
        }
        run_locally(job, len, (walk, self.n_layers())).await
    }

    /// Whether the work is worth being sent to other threads. Images of two axes are one plane, which cannot be cut.
    fn can_share(&self, limits: WorkLimits, spared: u64) -> bool {
        let is_flat = self.block.geometry().is_flat();
        !is_flat && self.chain.work(self.chain.output_shape()[1]) / spared >= limits.min_shared_work
    }

    /// Steps of a piece, of which there are about as many as planes of the output.
    fn piece_len(&self, max_work: u64, n_planes: usize) -> usize {
        let rows = self.chain.output_shape()[1];
        let work = self.chain.work(rows).div_ceil(n_planes as u64).max(1);
        usize::try_from(max_work / work).unwrap_or(usize::MAX).max(1)
    }
}
