//! Every layer's backward pass against two oracles: finite differences, and burn's autodiff of the same forward pass; in one
//! piece, and row by row.

use burn::tensor::{Device, Tensor, TensorData};
use maplens::kernels::Activation;
use maplens::network::fusing::ResidualBlock;
use maplens::network::layer_node::LayerNode;
use maplens::network::layers::{
    BatchNorm, BatchNormParameters, Convolution, Linear, MaxPool, PadMaxPool, RowLayer, SlidingWindow, SqueezeExcitation,
};
use maplens::network::progress::WalkProgress;
use maplens::network::{FeatureMaps, Keep, KernelChoice, PreciseForward, SpatialPass, WorkLimits};
use maplens::pace::{Stage, Unpaced};

use crate::noise::Noise;

/// Most layers are linear between their kinks, so a central difference is exact but for rounding: float32's 6e-8 of sums of
/// magnitude about 10, divided by the step, is below 1e-4. The curved ones add a third derivative times 2e-5.
const FINITE_DIFFERENCE: f64 = 5e-4;

/// Step of the finite differences. Inputs keep at least ten steps away from kinks.
const STEP: f32 = 1e-2;

/// Same operations in another order: some units in the last place of sums of a few hundred terms.
const AUTODIFF: f64 = 1e-5;

/// One row at a time, whatever that costs.
const ROW_BY_ROW: WorkLimits = WorkLimits { max_tensor_bytes: u64::MAX, max_work: 1, max_fused_work: 1, ..WorkLimits::CPU };

/// Names, nodes and the shape of an input.
fn cases(device: &Device) -> Vec<(&'static str, Vec<LayerNode>, [usize; 4])> {
    let mut make = Maker { noise: Noise(7), device };
    let rows = |layer: RowLayer| vec![LayerNode::Rows(layer)];
    let activation = |activation| LayerNode::Rows(RowLayer::Activation(activation));
    let pad_pool = |n_axes| LayerNode::Rows(RowLayer::PadMaxPool(PadMaxPool::new(n_axes)));
    let max_pool = |n_axes, padding| LayerNode::Rows(RowLayer::MaxPool(MaxPool::new(n_axes, padding)));
    let mut cases = vec![
        ("convolution", rows(make.convolution([3, 2], SlidingWindow::new(3, 3, 1, 1))), [2, 4, 5, 3]),
        ("convolution of stride 2", rows(make.convolution([3, 2], SlidingWindow::new(3, 3, 2, 1))), [2, 4, 5, 6]),
        ("convolution of stride 2, odd", rows(make.convolution([3, 2], SlidingWindow::new(3, 3, 2, 1))), [2, 5, 4, 3]),
        ("2D convolution 7×7 of stride 2", rows(make.convolution([3, 2], SlidingWindow::new(2, 7, 2, 3))), [2, 9, 8, 1]),
        ("2D convolution 1×1 of stride 2", rows(make.convolution([3, 2], SlidingWindow::new(2, 1, 2, 0))), [2, 6, 5, 1]),
        ("2D convolution", rows(make.convolution([3, 2], SlidingWindow::new(2, 3, 1, 1))), [2, 5, 4, 1]),
        ("block", make.block(Activation::Relu, 3, true), [1, 5, 4, 7]),
        ("block of stride 2", make.block(Activation::Relu, 3, false), [1, 5, 4, 7]),
        ("block with LeakyReLU", make.block(Activation::LeakyRelu, 3, true), [1, 3, 6, 5]),
        ("2D block", make.block(Activation::LeakyRelu, 2, true), [1, 7, 6, 1]),
        ("batch normalisation", rows(make.batch_norm()), [2, 3, 2, 3]),
        ("ReLU", vec![activation(Activation::Relu)], [2, 3, 2, 3]),
        ("LeakyReLU", vec![activation(Activation::LeakyRelu)], [2, 3, 2, 3]),
        ("ELU", vec![activation(Activation::Elu)], [2, 3, 2, 3]),
        ("padded pooling", vec![pad_pool(3)], [2, 4, 4, 4]),
        ("padded pooling, odd", vec![pad_pool(3)], [1, 3, 5, 3]),
        ("padded pooling, mixed", vec![pad_pool(3)], [2, 3, 4, 5]),
        ("2D padded pooling", vec![pad_pool(2)], [2, 5, 4, 1]),
        ("overlapping pooling", vec![max_pool(3, 0)], [1, 5, 7, 5]),
        ("overlapping pooling with rows left out", vec![max_pool(3, 0)], [2, 6, 4, 5]),
        ("2D overlapping pooling, padded", vec![max_pool(2, 1)], [2, 6, 5, 1]),
        ("LeakyReLU and padded pooling", vec![activation(Activation::LeakyRelu), pad_pool(3)], [1, 3, 5, 4]),
        ("ReLU and overlapping pooling", vec![activation(Activation::Relu), max_pool(3, 0)], [1, 5, 5, 5]),
        ("instance normalisation", vec![LayerNode::InstanceNorm], [2, 3, 4, 3]),
        ("squeeze-excitation", vec![LayerNode::SqueezeExcitation(Box::new(make.squeeze_excitation()))], [4, 3, 2, 3]),
        ("average", vec![LayerNode::AveragePool], [2, 3, 4, 3]),
    ];
    let branch = vec![LayerNode::Rows(make.convolution([2, 2], SlidingWindow::new(3, 3, 1, 1))), LayerNode::Rows(make.batch_norm())];
    let identity = LayerNode::Residual { branch: branch.clone(), shortcut: Vec::new() };
    cases.push(("residual, identity", vec![identity], [2, 4, 3, 3]));
    let shortcut = vec![make.convolution([2, 2], SlidingWindow::new(3, 1, 1, 0))];
    let convolved = LayerNode::Residual { branch, shortcut };
    // Few voxels: inputs ten steps apart grow with their number, and sums of them must stay about 10 (FINITE_DIFFERENCE).
    cases.push(("residual, convolution, ELU and pooling", vec![convolved, activation(Activation::Elu), max_pool(3, 0)], [2, 7, 3, 3]));
    let branch = vec![LayerNode::Rows(make.convolution([2, 2], SlidingWindow::new(2, 3, 2, 1)))];
    let downsample = vec![make.convolution([2, 2], SlidingWindow::new(2, 1, 2, 0)), make.batch_norm()];
    cases.push(("2D residual, downsampled", vec![LayerNode::Residual { branch, shortcut: downsample }], [2, 6, 5, 1]));
    cases
}

/// Whole blocks of ResNet3D and SqueezeExcitationCNN. Their hidden layers have kinks, from which no choice of the input keeps
/// away: finite differences are for `residual.rs`, in float64.
fn residual_blocks(device: &Device) -> Vec<(&'static str, Vec<LayerNode>, [usize; 4])> {
    let mut make = Maker { noise: Noise(8), device };
    let pool = LayerNode::Rows(RowLayer::MaxPool(MaxPool::new(3, 0)));
    let mut cases = Vec::new();
    for (name, activation, shape) in
        [("residual block with ELU", Activation::Elu, [1, 8, 5, 7]), ("residual block with ReLU", Activation::Relu, [2, 7, 6, 3])]
    {
        let convolved = make.residual_branch([shape[0], 2], activation);
        let shortcut = vec![make.convolution([2, shape[0]], SlidingWindow::new(3, 1, 1, 0))];
        let block = LayerNode::Residual { branch: convolved, shortcut };
        cases.push((name, vec![block, LayerNode::Rows(RowLayer::Activation(activation)), pool.clone()], shape));
    }
    for (name, activation, shape) in
        [("squeeze-excitation block", Activation::Relu, [2, 5, 6, 5]), ("squeeze-excitation block with ELU", Activation::Elu, [1, 6, 3, 7])]
    {
        let mut branch = make.residual_branch([shape[0], 2], activation);
        branch.push(LayerNode::SqueezeExcitation(Box::new(make.squeeze_excitation_of([2, 1]))));
        let shortcut = vec![make.convolution([2, shape[0]], SlidingWindow::new(3, 1, 1, 0)), make.batch_norm()];
        cases.push((
            name,
            vec![LayerNode::Residual { branch, shortcut }, LayerNode::Rows(RowLayer::Activation(activation)), pool.clone()],
            shape,
        ));
    }
    cases
}

struct Maker<'a> {
    noise: Noise,
    device: &'a Device,
}

impl Maker<'_> {
    /// With at most two outputs in a piece of weights.
    fn convolution(&mut self, [n_out, n_in]: [usize; 2], window: SlidingWindow) -> RowLayer {
        let (weight, bias) = (self.noise.values(n_out * n_in * window.volume()), self.noise.values(n_out));
        RowLayer::Convolution(Box::new(Convolution::new([n_out, n_in], window, &weight, Some(&bias), 2, self.device)))
    }

    /// Convolution, normalisation, activation and either pooling or stride 2.
    fn block(&mut self, activation: Activation, n_axes: usize, pools: bool) -> Vec<LayerNode> {
        let convolution = self.convolution([2, 1], SlidingWindow::new(n_axes, 3, if pools { 1 } else { 2 }, 1));
        let pool = pools.then(|| RowLayer::PadMaxPool(PadMaxPool::new(n_axes)));
        [convolution, self.batch_norm(), RowLayer::Activation(activation)].into_iter().chain(pool).map(LayerNode::Rows).collect()
    }

    fn batch_norm(&self) -> RowLayer {
        let parameters =
            BatchNormParameters { weight: vec![0.5, -1.5], bias: vec![0.1, 0.2], mean: vec![0.3, -0.4], variance: vec![0.25, 2.0] };
        RowLayer::BatchNorm(Box::new(BatchNorm::new(&parameters, self.device)))
    }

    /// Two convolutions with normalisation and a function between them.
    fn residual_branch(&mut self, [n_in, n_out]: [usize; 2], activation: Activation) -> Vec<LayerNode> {
        let (first, second) =
            (self.convolution([2, n_in], SlidingWindow::new(3, 3, 1, 1)), self.convolution([n_out, 2], SlidingWindow::new(3, 3, 1, 1)));
        [first, self.batch_norm(), RowLayer::Activation(activation), second, self.batch_norm()].into_iter().map(LayerNode::Rows).collect()
    }

    fn squeeze_excitation(&mut self) -> SqueezeExcitation {
        self.squeeze_excitation_of([4, 2])
    }

    fn squeeze_excitation_of(&mut self, [n_channels, n_hidden]: [usize; 2]) -> SqueezeExcitation {
        let mut layer = |n_out: usize, n_in: usize| {
            let (weight, bias) = (self.noise.values(n_out * n_in), self.noise.values(n_out));
            linear([n_out, n_in], &weight, bias, (100, KernelChoice::Fused), self.device)
        };
        SqueezeExcitation { squeeze: layer(n_hidden, n_channels), excite: layer(n_channels, n_hidden) }
    }
}

fn forward(nodes: &[LayerNode], x: Tensor<5>, limits: WorkLimits) -> (FeatureMaps, SpatialPass) {
    let [_, c, d, h, w] = x.dims();
    let mut input = FeatureMaps::empty([c, d, h, w]);
    input.push(x);
    let mut pass = SpatialPass::new(nodes, [c, d, h, w], limits);
    let progress = WalkProgress::new(&Unpaced, Stage::Forward, 1);
    (pollster::block_on(pass.forward(&input, Keep::ForGradient, &mut PreciseForward::default(), progress, None)).unwrap(), pass)
}

/// Gradient of `sum(weights · output)` with respect to the whole input.
fn own_gradient(nodes: &[LayerNode], x: Tensor<5>, weights: Tensor<5>, limits: WorkLimits) -> Vec<f32> {
    let (output, pass) = forward(nodes, x, limits);
    let mut gradient = FeatureMaps::empty(output.shape());
    gradient.push(weights);
    let progress = WalkProgress::new(&Unpaced, Stage::Backward, 1);
    pollster::block_on(async { pass.backward(gradient, progress, None).await.unwrap().read().await }).unwrap()
}

fn output_shape(nodes: &[LayerNode], shape: [usize; 4]) -> [usize; 4] {
    maplens::network::layer_node::output_shape(nodes, shape)
}

fn tensor(values: &[f32], [c, d, h, w]: [usize; 4], device: &Device) -> Tensor<5> {
    Tensor::from_data(TensorData::new(values.to_vec(), [1, c, d, h, w]), device)
}

#[test]
fn spatial_layers_agree_with_finite_differences() {
    let device = Device::flex();
    for (index, (name, nodes, shape)) in cases(&device).iter().enumerate() {
        let mut noise = Noise(index as u64 + 100);
        let n = shape.iter().product();
        let x = noise.apart(n, STEP);
        let out = output_shape(nodes, *shape);
        let weights = noise.values(out.iter().product());
        let gradient = own_gradient(nodes, tensor(&x, *shape, &device), tensor(&weights, out, &device), WorkLimits::CPU);
        let objective = |x: &[f32]| -> f64 {
            let output = pollster::block_on(forward(nodes, tensor(x, *shape, &device), WorkLimits::CPU).0.read()).unwrap();
            output.iter().zip(&weights).map(|(&y, &w)| f64::from(y) * f64::from(w)).sum()
        };
        for voxel in 0..n {
            let shifted = |by: f32| {
                let mut x = x.clone();
                x[voxel] += by;
                (objective(&x), f64::from(x[voxel]))
            };
            let ((above, x_above), (below, x_below)) = (shifted(STEP), shifted(-STEP));
            let slope = (above - below) / (x_above - x_below);
            let difference = (slope - f64::from(gradient[voxel])).abs();
            let scale = gradient.iter().fold(1.0, |m: f64, &g| m.max(f64::from(g).abs()));
            assert!(difference <= FINITE_DIFFERENCE * scale, "{name} {shape:?} voxel {voxel}: {slope} against {}", gradient[voxel]);
        }
    }
}

#[test]
fn spatial_layers_agree_with_autodiff_in_one_piece_and_row_by_row() {
    let device = Device::flex().autodiff();
    // The product computes on a plain device, where it has kernels of its own.
    let plain = Device::flex();
    let all_cases = |device: &Device| [cases(device), residual_blocks(device)].concat();
    for (index, ((name, nodes, shape), (_, plain_nodes, _))) in all_cases(&device).iter().zip(&all_cases(&plain)).enumerate() {
        let mut noise = Noise(index as u64 + 200);
        let values = noise.values(shape.iter().product());
        let out = output_shape(nodes, *shape);
        let weights = noise.values(out.iter().product());
        let x = tensor(&values, *shape, &device).require_grad();
        let (output, _) = forward(nodes, x.clone(), WorkLimits::CPU);
        let gradients = (output.rows(0..out[1] as isize, 0.0) * tensor(&weights, out, &device)).sum().backward();
        let expected: Vec<f32> = x.grad(&gradients).unwrap().into_data().try_into_vec().unwrap();
        for limits in [WorkLimits::CPU, ROW_BY_ROW] {
            let found = own_gradient(plain_nodes, tensor(&values, *shape, &plain), tensor(&weights, out, &plain), limits);
            let difference = crate::numerics::max_difference(&found, &expected) / crate::numerics::max_magnitude(&expected);
            assert!(difference <= AUTODIFF, "{name} {shape:?} {limits:?}: {difference:e}");
        }
    }
}

#[test]
fn row_by_row_gives_the_same_output_as_in_one_piece() {
    let device = Device::flex();
    for (index, (name, nodes, shape)) in [cases(&device), residual_blocks(&device)].concat().iter().enumerate() {
        let values = Noise(index as u64 + 300).values(shape.iter().product());
        let output = |limits| pollster::block_on(forward(nodes, tensor(&values, *shape, &device), limits).0.read()).unwrap();
        let (whole, cut) = (output(WorkLimits::CPU), output(ROW_BY_ROW));
        assert!(crate::numerics::max_difference(&whole, &cut) <= AUTODIFF * crate::numerics::max_magnitude(&whole), "{name} {shape:?}");
    }
}

#[test]
fn whole_residual_blocks_have_kernels_of_their_own_and_nothing_else_is_taken_for_one() {
    let device = Device::flex();
    let found = |nodes: &[LayerNode], shape| ResidualBlock::of(&nodes.iter().collect::<Vec<_>>(), shape).map(|(_, n_nodes)| n_nodes);
    for (name, nodes, shape) in residual_blocks(&device) {
        assert_eq!(found(&nodes, shape), Some(3), "{name}");
        assert_eq!(found(&nodes[..2], shape), None, "{name} without pooling");
        assert_eq!(found(&nodes, [shape[0], 2, shape[2], shape[3]]), None, "{name} on an image too thin for a window");
    }
    for (name, nodes, shape) in cases(&device) {
        assert_eq!(found(&nodes, shape), None, "{name}");
    }
}

#[test]
fn fully_connected_layers_agree_with_autodiff_however_they_are_cut() {
    let device = Device::flex().autodiff();
    let mut noise = Noise(3);
    let (weight, bias, x, g) = (noise.values(7 * 5), noise.values(7), noise.values(5), noise.values(7));
    let vector = |values: &[f32]| Tensor::<1>::from_floats(values, &device);
    let input = vector(&x).require_grad();
    let matrix = Tensor::<2>::from_data(TensorData::new(weight.clone(), [7, 5]), &device);
    let output = matrix.matmul(input.clone().reshape([5, 1])).reshape([7]) + vector(&bias);
    let gradients = (output.clone() * vector(&g)).sum().backward();
    let expected: Vec<f32> = input.grad(&gradients).unwrap().into_data().try_into_vec().unwrap();
    let expected_output: Vec<f32> = output.into_data().try_into_vec().unwrap();
    for (max_rows, kernels) in [1, 2, 3, 7, 100].into_iter().flat_map(|n| [(n, KernelChoice::Fused), (n, KernelChoice::Stock)]) {
        let layer = linear([7, 5], &weight, bias.clone(), (max_rows, kernels), &device);
        let found: Vec<f32> = layer.forward(vector(&x)).into_data().try_into_vec().unwrap();
        assert!(crate::numerics::max_difference(&found, &expected_output) <= AUTODIFF);
        let found: Vec<f32> = layer.input_gradient(vector(&g)).into_data().try_into_vec().unwrap();
        assert!(crate::numerics::max_difference(&found, &expected) <= AUTODIFF);
    }
}

/// A fully connected layer in pieces of at most `max_rows` rows.
fn linear(
    [n_out, n_in]: [usize; 2],
    weight: &[f32],
    bias: Vec<f32>,
    (max_rows, kernels): (usize, KernelChoice),
    device: &Device,
) -> Linear {
    assert_eq!(weight.len(), n_out * n_in);
    let pieces = weight.chunks(max_rows * n_in);
    let pieces = pieces.map(|rows| Tensor::from_data(TensorData::new(rows.to_vec(), [rows.len() / n_in, n_in]), device));
    Linear::of_pieces(pieces.collect(), bias, device, kernels)
}

fn pool(layer: RowLayer) -> [LayerNode; 1] {
    [LayerNode::Rows(layer)]
}

#[test]
fn a_tie_in_a_pooling_block_sends_the_gradient_to_the_first_in_scan_order() {
    let device = Device::flex();
    let nodes = pool(RowLayer::PadMaxPool(PadMaxPool::new(3)));
    let gradient_of =
        |x: [f32; 8]| own_gradient(&nodes, tensor(&x, [1, 2, 2, 2], &device), tensor(&[1.0], [1; 4], &device), WorkLimits::CPU);
    let one_at = |index: usize| (0..8).map(|i| f32::from(u8::from(i == index))).collect::<Vec<_>>();
    assert_eq!(gradient_of([0.0; 8]), one_at(0));
    assert_eq!(gradient_of([0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]), one_at(2));
    assert_eq!(gradient_of([0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 2.0, 0.0]), one_at(5));
}

#[test]
fn a_tie_in_an_overlapping_window_sends_the_gradient_to_the_first_in_scan_order() {
    let device = Device::flex();
    let nodes = pool(RowLayer::MaxPool(MaxPool::new(3, 0)));
    let gradient_of = |winners: &[usize]| {
        let mut x = [-1.0; 27];
        winners.iter().for_each(|&index| x[index] = 3.0);
        own_gradient(&nodes, tensor(&x, [1, 3, 3, 3], &device), tensor(&[1.0], [1; 4], &device), WorkLimits::CPU)
    };
    let one_at = |index: usize| (0..27).map(|i| f32::from(u8::from(i == index))).collect::<Vec<_>>();
    assert_eq!(gradient_of(&[]), one_at(0));
    assert_eq!(gradient_of(&[26, 9, 5]), one_at(5));
    assert_eq!(gradient_of(&[18, 14, 16]), one_at(14));
    assert_eq!(gradient_of(&[26]), one_at(26));
}

#[test]
fn a_voxel_that_wins_in_two_windows_gets_both_gradients() {
    let device = Device::flex();
    let nodes = pool(RowLayer::MaxPool(MaxPool::new(2, 0)));
    for limits in [WorkLimits::CPU, ROW_BY_ROW] {
        let x = tensor(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [1, 5, 3, 1], &device);
        let gradient = own_gradient(&nodes, x, tensor(&[2.0, 3.0], [1, 2, 1, 1], &device), limits);
        assert_eq!(gradient[7], 5.0);
        assert_eq!(gradient.iter().sum::<f32>(), 5.0);
    }
}

#[test]
fn the_padding_of_an_overlapping_window_never_wins() {
    let device = Device::flex();
    let nodes = pool(RowLayer::MaxPool(MaxPool::new(2, 1)));
    let x = tensor(&[-5.0, -6.0, -7.0, -8.0], [1, 2, 2, 1], &device);
    let (output, _) = forward(&nodes, x.clone(), WorkLimits::CPU);
    assert_eq!(pollster::block_on(output.read()).unwrap(), [-5.0]);
    assert_eq!(own_gradient(&nodes, x, tensor(&[1.0], [1; 4], &device), WorkLimits::CPU), [1.0, 0.0, 0.0, 0.0]);
}

#[test]
fn the_zero_in_front_of_an_odd_axis_swallows_the_gradient_where_it_wins() {
    let device = Device::flex();
    let nodes = pool(RowLayer::PadMaxPool(PadMaxPool::new(3)));
    let gradient = |x: f32| own_gradient(&nodes, tensor(&[x], [1; 4], &device), tensor(&[1.0], [1; 4], &device), WorkLimits::CPU);
    assert_eq!(gradient(-1.0), [0.0]);
    assert_eq!(gradient(1.0), [1.0]);
}
