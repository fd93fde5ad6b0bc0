//! A residual block on the CPU: whole feature maps in, whole feature maps out, a few planes at a time.

use burn::tensor::{Device, Tensor};

use super::context::{KEPT, Keep, PassContext};
use crate::kernels::cpu::residual::{CpuResidual, Excited, Forward, Pooled, PooledGradient, Way, excitation_gradient};
use crate::network::error::NetworkError;
use crate::network::feature_maps::{FeatureMaps, VALUE_BYTES, bytes_of, slabs_of};
use crate::network::fusing::ResidualBlock;
use crate::network::helper_pool::{
    BlockDefinition, BlockInput, BlockJob, BlockOutput, BlockProgress, ResidualBackwardJob, ResidualForwardJob, SharedBlock, run_locally,
};
use crate::network::host_values::HostValues;
use crate::network::layer_node::LayerNode;
use crate::network::layers::Slope;
use crate::network::memory::Footprint;
use crate::network::progress::WalkProgress;
use crate::network::work_limits::{KernelChoice, WorkLimits};

/// Planes that are worked on at once, where the limits allow: enough for threads, few beside the whole.
const MAX_PLANES: usize = 16;

/// A residual block of the CPU, and what its forward walk kept.
#[derive(Debug)]
pub struct FusedResidual {
    block: ResidualBlock,
    /// Shape C×D×H×W of the input.
    shape: [usize; 4],
    kept: Option<KeptResidual>,
}

/// The values that the gradient needs. Input and output are shared with the neighbouring parts.
#[derive(Debug)]
struct KeptResidual {
    input: HostValues,
    output: HostValues,
    /// One byte for each output value.
    winners: Vec<u8>,
    excitation: Option<KeptGate>,
}

/// The values that the gradient of squeeze-excitation needs.
#[derive(Debug)]
struct KeptGate {
    gate: Tensor<1>,
    slope: Slope<1>,
    /// The branch where the output came from: nowhere else does its gradient with respect to the gate begin.
    branch: Vec<f32>,
}

impl FusedResidual {
    /// The block that these nodes begin with, on an input of shape C×D×H×W, and how many nodes it stands for; `None` if the kernels
    /// do not have it.
    pub fn new(nodes: &[&LayerNode], shape: [usize; 4], limits: WorkLimits) -> Option<(Self, usize)> {
        if limits.kernels != KernelChoice::Fused {
            return None;
        }
        let (block, n_nodes) = ResidualBlock::of(nodes, shape)?;
        Some((Self { block, shape, kept: None }, n_nodes))
    }

    /// Number of layers that the block stands for.
    pub fn n_layers(&self) -> u64 {
        self.block.n_layers
    }

    /// Memory of the block: its input is kept for the gradient, and of the branch a few planes exist; squeeze-excitation needs all
    /// of the branch before it gives any, and keeps what was pooled of it.
    pub fn footprint(&self, limits: WorkLimits) -> Footprint {
        let (n_out, [_, height, width]) = (self.block.cpu.n_out(), self.axes());
        let [d, h, w] = CpuResidual::output(self.axes());
        let output = bytes_of([n_out, d, h, w]);
        let excites = self.block.excitation.is_some();
        let planes = |n_planes: usize| bytes_of([n_out, n_planes, height, width]);
        // Hidden planes and those of the branch, with what they share with their neighbours.
        let strip = 2 * planes(self.planes_at_once(limits) + 4);
        let helpers = if self.can_share(limits) { limits.n_helpers as u64 * self.bytes_of_helper() } else { 0 };
        let kept = bytes_of(self.shape) + output / VALUE_BYTES + if excites { output } else { 0 };
        Footprint { output, kept, working: strip + helpers + if excites { planes(self.axes()[0]) } else { 0 }, is_tiled: false }
    }

    /// Memory of one helper at most, its own but in the same machine: two pieces, with the planes that they depend on and those that
    /// they give, and rings of planes for one of them.
    fn bytes_of_helper(&self) -> u64 {
        let [c, d, h, w] = self.shape;
        let piece = 0..MAX_PLANES.min(d);
        let n_input_planes = self.block.cpu.input_planes(self.axes(), Way::Backward, &piece).len();
        2 * bytes_of([c, n_input_planes + piece.len(), h, w]) + 3 * bytes_of([self.block.cpu.n_out(), MAX_PLANES, h, w])
    }

    /// Output of the last layer.
    pub async fn forward(&mut self, input: &FeatureMaps, keep: Keep, context: PassContext<'_>) -> Result<FeatureMaps, NetworkError> {
        self.kept = None;
        let x = input.joined();
        let device = x.device();
        let x = HostValues::of(&x);
        let (axes, n_planes, n_out) = (self.axes(), self.planes_at_once(context.limits), self.block.cpu.n_out());
        let [d, h, w] = CpuResidual::output(axes);
        let n_values = n_out * d * h * w;
        let keeps = keep == Keep::ForGradient;
        let mut output = vec![0.0; n_values];
        let mut winners = vec![0; if keeps { n_values } else { 0 }];
        let values = BlockOutput { values: &mut output, winners: keeps.then_some(&mut winners[..]) };
        let excitation = if self.block.excitation.is_some() {
            self.forward_excited(x.as_slice(), values, &device, n_planes, context.progress).await?
        } else {
            let input = BlockInput { x: x.as_slice(), axes };
            let mut job = ResidualForwardJob::new(&self.block.cpu, input, values, n_planes);
            self.run(&mut job, n_planes.div_ceil(2), context).await?;
            None
        };
        let output: Tensor<5> = HostValues::into_tensor(output, [1, n_out, d, h, w], &device);
        self.kept = keeps.then(|| KeptResidual { input: x, output: HostValues::of(&output), winners, excitation });
        Ok(FeatureMaps::whole(output))
    }

    /// The output with squeeze-excitation, which needs all of the branch before it gives any.
    async fn forward_excited(
        &self,
        x: &[f32],
        BlockOutput { values: output, mut winners }: BlockOutput<'_>,
        device: &Device,
        n_planes: usize,
        progress: WalkProgress<'_>,
    ) -> Result<Option<KeptGate>, NetworkError> {
        let Some(layer) = &self.block.excitation else { return Ok(None) };
        let (axes, keeps) = (self.axes(), winners.is_some());
        let mut branch = vec![0.0; if keeps { output.len() } else { 0 }];
        let mut forward = Forward::new(&self.block.cpu, x, axes, n_planes, true);
        let part = |done: usize| self.n_layers() * done as u64 / axes[0] as u64;
        for planes in slabs_of(0..axes[0], n_planes) {
            forward.hidden(planes.end);
            progress.step(part(planes.start)).await?;
            forward.branch(planes.end, true);
            progress.step(part(planes.end)).await?;
        }
        let (factors, slope) = layer.gate(Tensor::from_floats(&forward.means()[..], device));
        let gate = HostValues::of(&factors).as_slice().to_vec();
        for planes in slabs_of(0..CpuResidual::output(axes)[0], n_planes.div_ceil(2)) {
            let (winners, branch) = (winners.as_deref_mut(), keeps.then_some(&mut branch[..]));
            forward.pool(planes.end, &gate, Pooled { values: output, winners, branch });
            progress.step(self.n_layers()).await?;
        }
        Ok(Some(KeptGate { gate: factors, slope, branch }))
    }

    /// Runs a job, shared with helpers where that pays; a stop is noticed after each piece.
    async fn run(&self, job: &mut dyn BlockJob, max_len: usize, context: PassContext<'_>) -> Result<(), NetworkError> {
        let PassContext { limits, progress, helpers } = context;
        let progress = BlockProgress { walk: progress, n_layers: self.n_layers() };
        if let Some(helpers) = helpers.filter(|helpers| helpers.has_helpers() && self.can_share(limits)) {
            let definition = || Some(BlockDefinition::Residual(self.block.parameters.clone()));
            let block = SharedBlock { identity: self.block.parameters.clone(), definition: &definition };
            return helpers.share(block, job, max_len, progress).await;
        }
        run_locally(job, max_len, progress).await
    }

    /// Whether the work is worth being sent to other threads.
    fn can_share(&self, limits: WorkLimits) -> bool {
        self.block.cpu.work_per_plane(self.axes()) * self.axes()[0] as u64 >= limits.min_shared_work
    }

    /// Gradient with respect to the input.
    pub async fn backward(&self, gradient: &FeatureMaps, context: PassContext<'_>) -> Result<FeatureMaps, NetworkError> {
        let kept = self.kept.as_ref().expect(KEPT);
        let gradient = gradient.joined();
        let device = gradient.device();
        let values = HostValues::of(&gradient);
        let gradient = PooledGradient { values: values.as_slice(), output: kept.output.as_slice(), winners: &kept.winners };
        let (gate, everywhere) = self.excited(kept, &gradient, &device);
        context.progress.step(0).await?;
        let ([c, d, h, w], n_planes) = (self.shape, self.planes_at_once(context.limits));
        let mut output = vec![0.0; c * d * h * w];
        let excited = Excited { gate: &gate, everywhere: &everywhere };
        let input = BlockInput { x: kept.input.as_slice(), axes: self.axes() };
        let mut job = ResidualBackwardJob::new(&self.block.cpu, input, gradient, excited, &mut output, n_planes);
        self.run(&mut job, n_planes, context).await?;
        Ok(FeatureMaps::whole(HostValues::into_tensor(output, [1, c, d, h, w], &device)))
    }

    /// For each channel the factor of the branch, and the gradient that all its voxels get through the channel's mean.
    fn excited(&self, kept: &KeptResidual, gradient: &PooledGradient<'_>, device: &Device) -> (Vec<f32>, Vec<f32>) {
        let n_out = self.block.cpu.n_out();
        let (Some(layer), Some(KeptGate { gate, slope, branch })) = (&self.block.excitation, &kept.excitation) else {
            return (vec![1.0; n_out], vec![0.0; n_out]);
        };
        let to_gate = excitation_gradient(&self.block.cpu, gradient, branch);
        let to_means = layer.means_gradient(Tensor::from_floats(&to_gate[..], device), gate.clone(), slope);
        let n_voxels = self.axes().iter().product::<usize>() as f32;
        let [gate, everywhere] = [gate.clone(), to_means.div_scalar(n_voxels)].map(|values| HostValues::of(&values).as_slice().to_vec());
        (gate, everywhere)
    }

    fn axes(&self) -> [usize; 3] {
        let [_, d, h, w] = self.shape;
        [d, h, w]
    }

    /// The number of planes that keep a piece of work within the limits.
    fn planes_at_once(&self, limits: WorkLimits) -> usize {
        let work = self.block.cpu.work_per_plane(self.axes()).max(1);
        usize::try_from(limits.max_fused_work / work).map_or(MAX_PLANES, |n| n.clamp(1, MAX_PLANES))
    }
}
