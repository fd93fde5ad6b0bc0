//! A fused block on the CPU: whole feature maps in, whole feature maps out, a few planes at a time.

use std::ops::Range;
use std::sync::Arc;

use super::Keep;
use super::chain::Chain;
use crate::network::feature_maps::{FeatureMaps, slabs_of};
use crate::network::kernels::cpu::{CpuBlock, OutputGradient};
use crate::network::kernels::{Block, HostValues};
use crate::network::memory::{Footprint, VALUE_BYTES, bytes_of};
use crate::network::walk::Walk;
use crate::network::{NetworkError, WorkLimits};

/// How many times less work a sparse way back is than the way forward, at least: one voxel of eight carries a gradient.
const BACKWARD_SPARES: u64 = 2;

/// A block, and what its forward walk kept.
#[derive(Debug)]
pub struct Fused {
    block: Arc<Block>,
    /// What it stands for.
    chain: Chain,
    /// One [`crate::network::kernels::winner`] code for each output value.
    winners: Vec<u8>,
}

impl Fused {
    /// A block of the CPU and the layers that it stands for.
    pub fn new(block: Arc<Block>, chain: Chain) -> Self {
        Self { block, chain, winners: Vec::new() }
    }

    /// Number of layers that it stands for.
    pub fn n_layers(&self) -> u64 {
        self.chain.len() as u64
    }

    /// What it takes: of the input a few planes are copied, for each output value one byte is kept.
    pub fn footprint(&self) -> Footprint {
        let output = bytes_of(self.chain.output_shape());
        let [c, d, h, w] = self.chain.input_shape();
        let planes = bytes_of([c, d.min(4), h + 2, w + 2]);
        Footprint { output, kept: output / VALUE_BYTES, working: planes, is_tiled: false }
    }

    /// Output of the last layer.
    pub async fn forward(
        &mut self,
        input: &FeatureMaps,
        keep: Keep,
        limits: WorkLimits,
        walk: Walk<'_>,
    ) -> Result<FeatureMaps, NetworkError> {
        let (n_layers, shape) = (self.n_layers(), self.chain.output_shape());
        let x = input.joined();
        let device = x.device();
        let x = HostValues::of(&x);
        let n_values: usize = shape.iter().product();
        let mut output = vec![0.0; n_values];
        let mut winners = vec![0; if keep == Keep::ForGradient { n_values } else { 0 }];
        let (axes, n_planes) = self.planes();
        for planes in self.pieces(n_planes, limits.max_fused_work, n_planes) {
            let end = planes.end;
            let winners = (keep == Keep::ForGradient).then_some(&mut winners[..]);
            cpu(&self.block).forward(x.as_slice(), axes, planes, &mut output, winners);
            walk.step(n_layers * end as u64 / n_planes as u64).await?;
        }
        self.winners = winners;
        let [c, d, h, w] = shape;
        Ok(FeatureMaps::whole(HostValues::into_tensor(output, [1, c, d, h, w], &device)))
    }

    /// Gradient with respect to the input.
    pub async fn backward(&self, gradient: &FeatureMaps, limits: WorkLimits, walk: Walk<'_>) -> Result<FeatureMaps, NetworkError> {
        let gradient = gradient.joined();
        let device = gradient.device();
        let values = HostValues::of(&gradient);
        let gradient = OutputGradient { values: values.as_slice(), winners: &self.winners };
        let [c, d, h, w] = self.chain.input_shape();
        let mut output = vec![0.0; c * d * h * w];
        let (axes, n_planes) = self.planes();
        let n_steps = cpu(&self.block).gradient_steps(axes);
        let spared = if cpu(&self.block).geometry().is_sparse() { BACKWARD_SPARES } else { 1 };
        for steps in self.pieces(n_steps, limits.max_fused_work.saturating_mul(spared), n_planes) {
            let end = steps.end;
            cpu(&self.block).input_gradient(gradient, axes, steps, &mut output);
            walk.step(self.n_layers() * end as u64 / n_steps as u64).await?;
        }
        Ok(FeatureMaps::whole(HostValues::into_tensor(output, [1, c, d, h, w], &device)))
    }

    /// Planes, rows and columns of the input, and planes of the output. Images of two axes are one plane.
    fn planes(&self) -> ([usize; 3], usize) {
        let [_, d, h, w] = self.chain.input_shape();
        let geometry = cpu(&self.block).geometry();
        let axes = if geometry.is_flat() { [1, d, h] } else { [d, h, w] };
        (axes, geometry.output(axes)[0])
    }

    /// Pieces of work after which a stop is noticed.
    fn pieces(&self, n_steps: usize, max_work: u64, n_planes: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let rows = self.chain.output_shape()[1];
        let work = self.chain.work(rows).div_ceil(n_planes as u64).max(1);
        slabs_of(0..n_steps, usize::try_from(max_work / work).unwrap_or(usize::MAX).max(1))
    }
}

fn cpu(block: &Block) -> &CpuBlock {
    match block {
        Block::Cpu(block) => block,
        Block::Gpu(_) => unreachable!("blocks of GPUs are walked slab by slab"),
    }
}
