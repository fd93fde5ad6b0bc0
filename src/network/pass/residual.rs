//! A residual block on the CPU: whole feature maps in, whole feature maps out, a few planes at a time.

use burn::tensor::{Device, Tensor};

use super::Keep;
use crate::network::feature_maps::{FeatureMaps, slabs_of};
use crate::network::kernels::cpu::residual::{Backward, CpuResidual, Excited, Forward, Pooled, PooledGradient, excitation_gradient};
use crate::network::kernels::{HostValues, ResidualBlock};
use crate::network::layers::Slope;
use crate::network::memory::{Footprint, VALUE_BYTES, bytes_of};
use crate::network::step::Step;
use crate::network::walk::Walk;
use crate::network::{Kernels, NetworkError, WorkLimits};

/// Planes that are worked on at once, where the limits allow: enough for threads, few beside the whole.
const MAX_PLANES: usize = 16;

/// In words, the invariant of a backward walk.
const KEPT: &str = "a backward walk follows a forward walk that kept";

/// A block, and what its forward walk kept.
#[derive(Debug)]
pub struct Residual {
    block: ResidualBlock,
    /// Of the input, C×D×H×W.
    shape: [usize; 4],
    kept: Option<Kept>,
}

/// What the gradient needs. Input and output are those of the neighbouring parts, too.
#[derive(Debug)]
struct Kept {
    input: HostValues,
    output: HostValues,
    /// One byte for each output value.
    winners: Vec<u8>,
    excitation: Option<KeptExcitation>,
}

/// Of squeeze-excitation.
#[derive(Debug)]
struct KeptExcitation {
    gate: Tensor<1>,
    slope: Slope<1>,
    /// The branch where the output came from: nowhere else does its gradient with respect to the gate begin.
    branch: Vec<f32>,
}

impl Residual {
    /// The block that these steps begin with, and how many they are; nothing if there is no such block.
    pub fn new(steps: &[&Step], shape: [usize; 4], limits: WorkLimits) -> Option<(Self, usize)> {
        if limits.kernels != Kernels::Fused {
            return None;
        }
        let (block, n_steps) = ResidualBlock::of(steps, shape)?;
        Some((Self { block, shape, kept: None }, n_steps))
    }

    /// Number of layers that it stands for.
    pub fn n_layers(&self) -> u64 {
        self.block.n_layers
    }

    /// What it takes: its input stays for the way back, and of the branch a few planes exist; squeeze-excitation needs all
    /// of the branch before it gives any, and keeps what was pooled of it.
    pub fn footprint(&self, limits: WorkLimits) -> Footprint {
        let (n_out, [_, height, width]) = (self.block.cpu.n_out(), self.axes());
        let [d, h, w] = CpuResidual::output(self.axes());
        let output = bytes_of([n_out, d, h, w]);
        let excites = self.block.excitation.is_some();
        let planes = |n_planes: usize| bytes_of([n_out, n_planes, height, width]);
        // Hidden planes and those of the branch, with what they share with their neighbours.
        let strip = 2 * planes(self.planes_at_once(limits) + 4);
        let kept = bytes_of(self.shape) + output / VALUE_BYTES + if excites { output } else { 0 };
        Footprint { output, kept, working: strip + if excites { planes(self.axes()[0]) } else { 0 }, is_tiled: false }
    }

    /// Output of the last layer.
    pub async fn forward(
        &mut self,
        input: &FeatureMaps,
        keep: Keep,
        limits: WorkLimits,
        walk: Walk<'_>,
    ) -> Result<FeatureMaps, NetworkError> {
        self.kept = None;
        let x = input.joined();
        let device = x.device();
        let x = HostValues::of(&x);
        let (axes, n_planes, n_out) = (self.axes(), self.planes_at_once(limits), self.block.cpu.n_out());
        let pooled @ [d, h, w] = CpuResidual::output(axes);
        let n_values = n_out * d * h * w;
        let excites = self.block.excitation.is_some();
        let keeps = keep == Keep::ForGradient;
        let mut output = vec![0.0; n_values];
        let mut winners = vec![0; if keeps { n_values } else { 0 }];
        let mut branch = vec![0.0; if keeps && excites { n_values } else { 0 }];
        let mut forward = Forward::new(&self.block.cpu, x.as_slice(), axes, n_planes, excites);
        let mut gate = vec![1.0; n_out];
        let mut excitation = None;
        // Without excitation no window looks at the planes that are left over; their means count with it.
        let n_branch = if excites { axes[0] } else { 2 * pooled[0] + 1 };
        let part = |done: usize, all: usize| self.n_layers() * done as u64 / all as u64;
        for planes in slabs_of(0..n_branch, n_planes) {
            forward.hidden(planes.end);
            walk.step(part(planes.start, n_branch)).await?;
            forward.branch(planes.end, excites);
            walk.step(part(planes.end, n_branch)).await?;
            if !excites {
                let winners = keeps.then_some(&mut winners[..]);
                forward.pool(forward.poolable(), &gate, Pooled { values: &mut output, winners, branch: None });
                walk.step(part(planes.end, n_branch)).await?;
            }
        }
        if let Some(layer) = &self.block.excitation {
            let (factors, slope) = layer.gate(Tensor::from_floats(&forward.means()[..], &device));
            gate = HostValues::of(&factors).as_slice().to_vec();
            for planes in slabs_of(0..pooled[0], n_planes.div_ceil(2)) {
                let (winners, branch) = (keeps.then_some(&mut winners[..]), keeps.then_some(&mut branch[..]));
                forward.pool(planes.end, &gate, Pooled { values: &mut output, winners, branch });
                walk.step(self.n_layers()).await?;
            }
            excitation = Some(KeptExcitation { gate: factors, slope, branch });
        }
        drop(forward);
        let output: Tensor<5> = HostValues::into_tensor(output, [1, n_out, d, h, w], &device);
        self.kept = keeps.then(|| Kept { input: x, output: HostValues::of(&output), winners, excitation });
        Ok(FeatureMaps::whole(output))
    }

    /// Gradient with respect to the input.
    pub async fn backward(&self, gradient: &FeatureMaps, limits: WorkLimits, walk: Walk<'_>) -> Result<FeatureMaps, NetworkError> {
        let kept = self.kept.as_ref().expect(KEPT);
        let gradient = gradient.joined();
        let device = gradient.device();
        let values = HostValues::of(&gradient);
        let gradient = PooledGradient { values: values.as_slice(), output: kept.output.as_slice(), winners: &kept.winners };
        let (gate, everywhere) = self.excited(kept, &gradient, &device);
        walk.step(0).await?;
        let ([c, d, h, w], n_planes) = (self.shape, self.planes_at_once(limits));
        let mut output = vec![0.0; c * d * h * w];
        let excited = Excited { gate: &gate, everywhere: &everywhere };
        let mut backward = Backward::new(&self.block.cpu, (kept.input.as_slice(), self.axes()), gradient, excited, n_planes);
        let part = |done: usize| self.n_layers() * done as u64 / d as u64;
        for planes in slabs_of(0..d, n_planes) {
            backward.hidden(planes.end);
            walk.step(part(planes.start)).await?;
            backward.second(planes.end);
            walk.step(part(planes.start)).await?;
            backward.input(planes.end, &mut output);
            walk.step(part(planes.end)).await?;
        }
        Ok(FeatureMaps::whole(HostValues::into_tensor(output, [1, c, d, h, w], &device)))
    }

    /// Per channel what the branch was multiplied by, and the gradient that comes to all its voxels through the means.
    fn excited(&self, kept: &Kept, gradient: &PooledGradient<'_>, device: &Device) -> (Vec<f32>, Vec<f32>) {
        let n_out = self.block.cpu.n_out();
        let (Some(layer), Some(KeptExcitation { gate, slope, branch })) = (&self.block.excitation, &kept.excitation) else {
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

    /// As many as keep a piece of work within the limits.
    fn planes_at_once(&self, limits: WorkLimits) -> usize {
        let work = self.block.cpu.work_per_plane(self.axes()).max(1);
        usize::try_from(limits.max_fused_work / work).map_or(MAX_PLANES, |n| n.clamp(1, MAX_PLANES))
    }
}
