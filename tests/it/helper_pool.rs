//! Blocks that are shared with helpers: the bits are those of one thread, and helpers that fail cost time only.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use burn::tensor::{Device, Tensor, TensorData};
use maplens::kernels::Activation;
use maplens::kernels::cpu::{CpuBlock, OutputGradient};
use maplens::kernels::winner::{Margins, WinnerCodes};
use maplens::network::helper_pool::BlockServer;
use maplens::network::layer_node::LayerNode;
use maplens::network::layers::{BatchNorm, BatchNormParameters, Convolution, MaxPool, PadMaxPool, RowLayer, SlidingWindow};
use maplens::network::progress::WalkProgress;
use maplens::network::{FeatureMaps, HelperPool, Keep, NetworkError, PreciseForward, SpatialPass, WorkLimits};
use maplens::pace::{LocalFuture, Pace, Stage, Stopped, Unpaced};

use crate::blocks::kinds;
use crate::in_process::{Behaviour, InProcess};
use crate::noise::Noise;

/// Everything is shared, a few planes at a time.
const EAGER: WorkLimits = WorkLimits { min_shared_work: 0, max_fused_work: 50_000, n_helpers: 1, ..WorkLimits::CPU };

/// Helpers, and a pace which stops at the step that `left` runs out at.
struct Shared {
    port: Rc<InProcess>,
    pool: HelperPool,
    left: Cell<usize>,
}

impl Shared {
    fn new(n_helpers: usize, behaviour: Behaviour) -> Self {
        let port = InProcess::new(behaviour);
        let pool = HelperPool::new(port.clone());
        assert_eq!(pool.set_threads(Some(n_helpers + 1)), n_helpers);
        Self { port, pool, left: Cell::new(usize::MAX) }
    }
}

impl Pace for Shared {
    fn step(&self, _stage: Stage, _done: u64, _total: u64) -> LocalFuture<'_, Result<(), Stopped>> {
        let outcome = if self.left.get() == 0 { Err(Stopped) } else { Ok(()) };
        self.left.set(self.left.get().saturating_sub(1));
        Box::pin(std::future::ready(outcome))
    }
}

/// Blocks of each kind: pooled, of stride 2, neither.
struct Blocks {
    nodes: Vec<LayerNode>,
    shape: [usize; 4],
    x: Vec<f32>,
    gradient: Vec<f32>,
}

impl Blocks {
    fn new(shape: [usize; 4], activation: Activation, seed: u64) -> Self {
        let (mut noise, device) = (Noise(seed), Device::flex());
        let mut nodes = Vec::new();
        for ([n_in, n_out], stride, pools) in [([1, 5], 1, true), ([5, 8], 1, false), ([8, 9], 2, false), ([9, 4], 1, true)] {
            let weight = noise.values(n_out * n_in * 27);
            let window = SlidingWindow::new(3, 3, stride, 1);
            let bias = noise.values(n_out);
            let convolution = Convolution::new([n_out, n_in], window, &weight, Some(&bias), n_out, &device);
            let [weight, bias, mean] = [(); 3].map(|()| noise.values(n_out));
            let batch_norm = BatchNormParameters { weight, bias, mean, variance: vec![1.0; n_out] };
            nodes.push(LayerNode::Rows(RowLayer::Convolution(Box::new(convolution))));
            nodes.push(LayerNode::Rows(RowLayer::BatchNorm(Box::new(BatchNorm::new(&batch_norm, &device)))));
            nodes.push(LayerNode::Rows(RowLayer::Activation(activation)));
            nodes.extend(pools.then(|| LayerNode::Rows(RowLayer::PadMaxPool(PadMaxPool::new(3)))));
        }
        Self::of(nodes, shape, noise)
    }

    /// Two residual blocks.
    fn residual(shape: [usize; 4], activation: Activation) -> Self {
        let (mut noise, device) = (Noise(6), Device::flex());
        let mut convolution = |[n_in, n_out]: [usize; 2], width: usize| {
            let window = SlidingWindow::new(3, width, 1, width / 2);
            let (weight, bias) = (noise.values(n_out * n_in * window.volume()), noise.values(n_out));
            let [weight_of_norm, bias_of_norm, mean] = [(); 3].map(|()| noise.values(n_out));
            let batch_norm = BatchNormParameters { weight: weight_of_norm, bias: bias_of_norm, mean, variance: vec![9.0; n_out] };
            let convolution = Convolution::new([n_out, n_in], window, &weight, Some(&bias), n_out, &device);
            let batch_norm = BatchNorm::new(&batch_norm, &device);
            [RowLayer::Convolution(Box::new(convolution)), RowLayer::BatchNorm(Box::new(batch_norm))]
        };
        let mut nodes = Vec::new();
        for [n_in, n_hidden, n_out] in [[1, 4, 5], [5, 6, 4]] {
            let mut branch: Vec<LayerNode> = convolution([n_in, n_hidden], 3).map(LayerNode::Rows).into();
            branch.push(LayerNode::Rows(RowLayer::Activation(activation)));
            branch.extend(convolution([n_hidden, n_out], 3).map(LayerNode::Rows));
            nodes.push(LayerNode::Residual { branch, shortcut: convolution([n_in, n_out], 1).into() });
            nodes.push(LayerNode::Rows(RowLayer::Activation(activation)));
            nodes.push(LayerNode::Rows(RowLayer::MaxPool(MaxPool::new(3, 0))));
        }
        Self::of(nodes, shape, noise)
    }

    fn of(nodes: Vec<LayerNode>, shape: [usize; 4], mut noise: Noise) -> Self {
        let output = maplens::network::layer_node::output_shape(&nodes, shape);
        let (x, gradient) = (noise.values(shape.iter().product()), noise.values(output.iter().product()));
        Self { nodes, shape, x, gradient }
    }

    /// Output and gradient of the input.
    fn walk(&self, pace: &dyn Pace, helpers: Option<&HelperPool>, limits: WorkLimits) -> Result<(Vec<f32>, Vec<f32>), NetworkError> {
        let mut pass = SpatialPass::new(&self.nodes, self.shape, limits);
        let maps = |values: &[f32], [c, d, h, w]: [usize; 4]| {
            FeatureMaps::whole(Tensor::from_data(TensorData::new(values.to_vec(), [1, c, d, h, w]), &Device::flex()))
        };
        pollster::block_on(async {
            let progress = WalkProgress::new(pace, Stage::Forward, 1);
            let output =
                pass.forward(&maps(&self.x, self.shape), Keep::ForGradient, &mut PreciseForward::default(), progress, helpers).await?;
            let gradient = maps(&self.gradient, output.shape());
            let gradient = pass.backward(gradient, WalkProgress::new(pace, Stage::Backward, 1), helpers).await?;
            Ok((output.read().await?, gradient.read().await?))
        })
    }

    /// The same with helpers.
    fn shared(&self, shared: &Shared, limits: WorkLimits) -> Result<(Vec<f32>, Vec<f32>), NetworkError> {
        self.walk(shared, Some(&shared.pool), limits)
    }

    /// The same on one thread.
    fn expected(&self) -> (Vec<f32>, Vec<f32>) {
        let walked = self.walk(&Unpaced, None, EAGER).unwrap();
        assert!(walked.0.iter().chain(&walked.1).any(|value| *value != 0.0));
        walked
    }
}

#[test]
fn pieces_from_the_planes_that_they_look_at_have_the_bits_of_the_whole() {
    for parameters in kinds().iter().filter(|parameters| parameters.n_axes == 3) {
        for shape in [[9, 6, 7], [8, 5, 18], [2, 3, 4], [1, 2, 1]] {
            let (block, mut noise) = (CpuBlock::new(parameters), Noise(2));
            let x = noise.values(parameters.n_in * shape.iter().product::<usize>());
            let axes = block.geometry().output(shape);
            let n_output = parameters.n_out * axes.iter().product::<usize>();
            let (mut output, mut winners) = (vec![0.0; n_output], vec![0; n_output]);
            block.forward(&x, shape, 0..axes[0], &mut output, Some(WinnerCodes { codes: &mut winners, margins: Margins::default() }));
            for planes in ranges(axes[0]) {
                let (values, codes) = block.forward_piece(
                    &only(&x, shape, block.input_planes(shape, &planes)),
                    shape,
                    planes.clone(),
                    Some(Margins::default()),
                );
                let what = format!("planes {planes:?} of {shape:?}, {parameters:?}");
                assert_eq!(values, only(&output, axes, planes.clone()), "{what}");
                assert_eq!(codes, only(&winners, axes, planes), "{what}");
            }
            let (values, mut of_input) = (noise.values(n_output), vec![0.0; x.len()]);
            let gradient = OutputGradient { values: &values, winners: &winners };
            block.input_gradient(gradient, shape, 0..block.gradient_units(shape), &mut of_input);
            for units in ranges(block.gradient_units(shape)) {
                let planes = block.output_planes(shape, &units);
                let (values, winners) = (only(&values, axes, planes.clone()), only(&winners, axes, planes));
                let piece = block.gradient_piece(OutputGradient { values: &values, winners: &winners }, shape, units.clone());
                let expected = only(&of_input, shape, block.planes_of_units(shape, &units));
                assert_eq!(piece, expected, "units {units:?} of {shape:?}, {parameters:?}");
            }
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    for (blocks, shape) in [
        ([1, 33, 14, 19], Activation::Relu),
        ([1, 32, 15, 18], Activation::LeakyRelu),
        ([1, 18, 9, 40], Activation::Relu),
        ([1, 5, 7, 9], Activation::LeakyRelu),
    ]
    .map(|(shape, activation)| (Blocks::new(shape, activation, 4), shape))
    .into_iter()
    .chain([[1, 41, 9, 12], [1, 40, 8, 11]].map(|shape| (Blocks::residual(shape, Activation::Elu), shape)))
    {
        let expected = blocks.expected();
        for n_helpers in 0..5 {
            let shared = Shared::new(n_helpers, Behaviour::Good);
            for _ in 0..2 {
                assert!(blocks.shared(&shared, EAGER).unwrap() == expected, "{shape:?}, {n_helpers} helpers");
            }
            assert_eq!(shared.port.n_warnings.get(), 0);
            assert!(n_helpers == 0 || shared.port.n_responses.get() > 0, "helpers had {} pieces", shared.port.n_responses.get());
        }
    }
}

#[test]
fn helpers_that_fail_change_nothing() {
    let unlike =
        [Behaviour::Silent, Behaviour::Failing, Behaviour::Short, Behaviour::Nameless, Behaviour::Unstartable, Behaviour::Unreachable];
    // Of the residual blocks one plane is computed at a time, and what was given back begins anew.
    for blocks in [Blocks::new([1, 33, 14, 19], Activation::Relu, 4), Blocks::residual([1, 121, 9, 12], Activation::Elu)] {
        let expected = blocks.expected();
        for behaviour in unlike {
            let shared = Shared::new(3, behaviour);
            assert!(blocks.shared(&shared, EAGER).unwrap() == expected, "{behaviour:?}");
            assert!(!shared.pool.has_helpers(), "{behaviour:?} helpers are given up");
            assert_eq!(shared.port.n_warnings.get(), 1, "{behaviour:?} is logged once");
            assert_eq!(shared.pool.set_threads(None), 0, "{behaviour:?} helpers stay given up");
            assert!(blocks.shared(&shared, EAGER).unwrap() == expected, "{behaviour:?}, another time");
        }
    }
    let blocks = Blocks::new([1, 33, 14, 19], Activation::Relu, 4);
    let expected = blocks.expected();
    let shared = Shared::new(3, Behaviour::Late);
    assert!(blocks.shared(&shared, EAGER).unwrap() == expected, "the engine does not wait for helpers that are not ready");
    assert!(shared.pool.has_helpers());
}

#[test]
fn a_walk_that_is_stopped_leaves_nothing_to_the_next() {
    let blocks = Blocks::new([1, 33, 14, 19], Activation::Relu, 4);
    let expected = blocks.expected();
    let shared = Shared::new(2, Behaviour::Good);
    for n_steps in 0..30 {
        shared.left.set(n_steps);
        assert!(matches!(blocks.shared(&shared, EAGER), Err(NetworkError::Stopped)), "after {n_steps} steps");
        shared.left.set(usize::MAX);
        assert!(blocks.shared(&shared, EAGER).unwrap() == expected, "after a stop at {n_steps}");
    }
}

#[test]
fn small_blocks_are_not_shared() {
    let blocks = Blocks::new([1, 33, 14, 19], Activation::Relu, 4);
    let shared = Shared::new(3, Behaviour::Good);
    blocks.shared(&shared, WorkLimits { min_shared_work: WorkLimits::CPU.min_shared_work, ..EAGER }).unwrap();
    assert_eq!(shared.port.n_responses.get(), 0);
}

#[test]
fn a_helper_refuses_what_makes_no_sense() {
    let block_shape = r#"{"n_in":1,"n_out":8,"n_axes":3,"stride":1,"pool":true,"rectifier":"Relu"}"#;
    let define = format!(r#"{{"DefineBlock":{{"block":1,"shape":{block_shape}}}}}"#);
    let forward = |block: u32, axes: &str| {
        let piece = format!(r#"{{"number":7,"block":{block}}}"#);
        format!(r#"{{"Forward":{{"piece":{piece},"axes":{axes},"planes":{{"start":0,"end":9}},"keeps":true}}}}"#)
    };
    let mut server = BlockServer::default();
    assert!(server.handle("{}", &[], &[]).is_err());
    assert!(server.handle(&define, &[0.0; 3], &[]).is_err(), "too few weights");
    assert!(server.handle(&define, &[0.5; 8 * 27 + 3 * 8], &[]).unwrap().is_none());
    assert!(server.handle(&forward(2, "[18,4,4]"), &[], &[]).is_err(), "a block that it does not know");
    assert!(server.handle(&forward(1, "[4,4,4]"), &[0.0; 64], &[]).is_err(), "more planes than there are");
    assert!(server.handle(&forward(1, "[18,4,4]"), &[0.0; 64], &[]).is_err(), "too few values");
    assert!(server.handle(&forward(1, "[18446744073709551615,18446744073709551615,4]"), &[], &[]).is_err());
    assert!(server.handle(&forward(1, "[18,4,4]"), &[0.0; 18 * 16], &[]).is_err(), "no margins");
    let response = server.handle(&forward(1, "[18,4,4]"), &[0.0; 18 * 16 + 2 * 8], &[]).unwrap().unwrap();
    assert_eq!((response.header.as_str(), response.floats.len(), response.bytes.len()), ("7", 8 * 9 * 4, 8 * 9 * 4));
}

/// All neighbours among `n`.
pub fn ranges(n: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n).flat_map(move |start| (start + 1..=n).map(move |end| start..end))
}

/// Planes of each channel.
pub fn only<T: Copy>(values: &[T], [depth, height, width]: [usize; 3], planes: Range<usize>) -> Vec<T> {
    let plane = height * width;
    values.chunks_exact(depth * plane).flat_map(|channel| channel[planes.start * plane..planes.end * plane].iter().copied()).collect()
}
