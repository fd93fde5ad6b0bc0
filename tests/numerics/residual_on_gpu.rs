//! Residual blocks on a GPU, whose convolutions are kernels of our own, against burn's operations on the CPU.

use burn::tensor::Device;
use maplens::kernels::Activation;
use maplens::network::layer_node::LayerNode;
use maplens::network::layers::{BatchNorm, BatchNormParameters, Convolution, MaxPool, RowLayer, SlidingWindow};
use maplens::network::progress::WalkProgress;
use maplens::network::{FeatureMaps, Keep, KernelChoice, PreciseForward, SpatialPass, WorkLimits};
use maplens::pace::{Stage, Unpaced};

use crate::noise::Noise;
use crate::numerics::{WEBGPU, max_difference, max_magnitude};

/// Shape C×D×H×W of the input; the block has as many channels between its convolutions and twice as many after them.
const SHAPE: [usize; 4] = [3, 8, 7, 6];

/// What differs, in words, whole and in slabs of a few rows.
pub async fn check(gpu: &Device) -> Vec<String> {
    let mut misses = Vec::new();
    for activation in [Activation::Elu, Activation::Relu] {
        let (y, dx) = computed(activation, &Device::flex(), WorkLimits { kernels: KernelChoice::Stock, ..WorkLimits::CPU }).await;
        for max_binding_bytes in [1 << 20, 7 << 10] {
            let (got_y, got_dx) = computed(activation, gpu, WorkLimits::gpu(max_binding_bytes)).await;
            for (what, got, expected) in [("output", &got_y, &y), ("gradient", &got_dx, &dx)] {
                let difference = max_difference(got, expected) / max_magnitude(expected);
                if difference.is_nan() || difference > WEBGPU.map {
                    misses.push(format!("{activation:?}, at most {max_binding_bytes} bytes: {what} differs by {difference:.1e}"));
                }
            }
        }
    }
    misses
}

/// Output and input gradient.
async fn computed(activation: Activation, device: &Device, limits: WorkLimits) -> (Vec<f32>, Vec<f32>) {
    let mut noise = Noise(3);
    let nodes = block(activation, device, &mut noise);
    let shape = nodes.iter().fold(SHAPE, |shape, node| node.output_shape(shape));
    let maps = |values: Vec<f32>, shape: [usize; 4]| FeatureMaps::from_values(shape, values, 2, device);
    let (input, gradient) = (noise.values(SHAPE.iter().product()), noise.values(shape.iter().product()));
    let mut pass = SpatialPass::new(&nodes, SHAPE, limits);
    let progress = WalkProgress::new(&Unpaced, Stage::Forward, 1);
    let output = pass
        .forward(&maps(input, SHAPE), Keep::ForGradient, &mut PreciseForward::default(), progress, None)
        .await
        .expect("a walk forwards");
    let dx = pass.backward(maps(gradient, shape), progress, None).await.expect("a walk backwards");
    (output.read().await.expect("an output"), dx.read().await.expect("a gradient"))
}

/// The nodes of a residual block of ResNet3D.
fn block(activation: Activation, device: &Device, noise: &mut Noise) -> Vec<LayerNode> {
    let (n_in, n_out) = (SHAPE[0], 2 * SHAPE[0]);
    let mut convolution = |n_out: usize, n_in: usize, window: SlidingWindow| {
        let weight = noise.values(n_out * n_in * window.volume());
        RowLayer::Convolution(Box::new(Convolution::new([n_out, n_in], window, &weight, None, n_out, device)))
    };
    let batch_norm = |n: usize| {
        let parameters = BatchNormParameters { weight: vec![-0.5; n], bias: vec![0.1; n], mean: vec![0.2; n], variance: vec![2.0; n] };
        RowLayer::BatchNorm(Box::new(BatchNorm::new(&parameters, device)))
    };
    let wide = SlidingWindow::new(3, 3, 1, 1);
    let branch = vec![
        convolution(n_in, n_in, wide),
        batch_norm(n_in),
        RowLayer::Activation(activation),
        convolution(n_out, n_in, wide),
        batch_norm(n_out),
    ];
    let shortcut = vec![convolution(n_out, n_in, SlidingWindow::new(3, 1, 1, 0))];
    let residual = LayerNode::Residual { branch: branch.into_iter().map(LayerNode::Rows).collect(), shortcut };
    vec![residual, LayerNode::Rows(RowLayer::Activation(activation)), LayerNode::Rows(RowLayer::MaxPool(MaxPool::new(3, 0)))]
}
