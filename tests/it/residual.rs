//! Residual blocks on the CPU against the same block in float64, written down as its definition reads.

use maplens::kernels::cpu::residual::{
    Backward, CpuResidual, Excited, Forward, GradientInputs, Pooled, PooledGradient, ResidualParameters, Way,
};
use maplens::kernels::{Activation, BlockParameters, Rectifier};

use crate::helper_pool::{only, ranges};
use crate::noise::Noise;

/// Two convolutions of some hundred products each in float32, against float64.
const FLOAT32: f64 = 5e-6;

const ACTIVATIONS: [Activation; 3] = [Activation::Relu, Activation::LeakyRelu, Activation::Elu];

/// Planes, rows and columns: odd and even, shorter and longer than vectors, a single window.
const SHAPES: [[usize; 3]; 5] = [[5, 6, 7], [4, 9, 18], [3, 3, 3], [13, 3, 35], [6, 4, 5]];

/// Channels of the input, of the hidden layer and of the output.
const CHANNELS: [[usize; 3]; 3] = [[1, 8, 8], [3, 5, 6], [8, 4, 9]];

#[test]
fn residual_blocks_are_what_their_definition_says() {
    let mut noise = Noise(21);
    for channels in CHANNELS {
        for activation in ACTIVATIONS {
            for axes in SHAPES {
                let case = Case::new(&mut noise, channels, activation, axes);
                let reference = Reference::new(&case, &case.x_in_float64());
                let found = computed(&case, 2);
                let name = format!("{channels:?} {activation:?} {axes:?}");
                assert_close(&found.output, &reference.output, &format!("output, {name}"));
                assert_close(&found.means, &reference.means, &format!("means, {name}"));
                assert_close(&found.branch, &reference.branch, &format!("branch, {name}"));
                assert_close(&found.input_gradient, &reference.input_gradient, &format!("gradient, {name}"));
            }
        }
    }
}

#[test]
fn the_definition_agrees_with_its_finite_differences() {
    const STEP: f64 = 1e-6;
    let mut noise = Noise(24);
    for activation in ACTIVATIONS {
        let case = Case::new(&mut noise, [2, 3, 2], activation, [5, 4, 3]);
        let x = case.x_in_float64();
        for (voxel, slope) in Reference::new(&case, &x).input_gradient.into_iter().enumerate() {
            let at = |by: f64| {
                let mut x = x.clone();
                x[voxel] += by;
                case.objective(&Reference::new(&case, &x))
            };
            let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            assert!((slope - difference).abs() < 1e-6, "{activation:?}, voxel {voxel}: {slope} against {difference}");
        }
    }
}

#[test]
fn results_depend_neither_on_threads_nor_on_the_planes_held() {
    let mut noise = Noise(22);
    for activation in ACTIVATIONS {
        let case = Case::new(&mut noise, [2, 5, 6], activation, [23, 11, 19]);
        let on_threads = |n_threads: usize, n_planes: usize| {
            rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap().install(|| computed(&case, n_planes))
        };
        let one = on_threads(1, 23);
        for (n_threads, n_planes) in [(1, 1), (1, 2), (2, 3), (3, 7), (8, 16), (2, 100)] {
            assert!(one == on_threads(n_threads, n_planes), "{activation:?}, {n_threads} threads, {n_planes} planes");
        }
    }
}

#[test]
fn pieces_from_the_planes_that_they_look_at_have_the_bits_of_the_whole() {
    let mut noise = Noise(25);
    for (channels, axes) in [([1, 5, 6], [13, 5, 7]), ([3, 4, 5], [12, 6, 5]), ([2, 3, 2], [3, 3, 3])] {
        let mut case = Case::new(&mut noise, channels, Activation::Elu, axes);
        case.gate.fill(1.0);
        let (block, whole) = (CpuResidual::new(&case.parameters), computed(&case, 4));
        let pooled = CpuResidual::output(axes);
        for planes in ranges(pooled[0]) {
            let x = only(&case.x, axes, block.input_planes(axes, Way::Forward, &planes));
            let (output, winners) = block.forward_piece(&x, axes, planes.clone(), true);
            assert_eq!(output, only(&whole.output, pooled, planes.clone()), "planes {planes:?} of {axes:?}");
            assert_eq!(winners, only(&whole.winners, pooled, planes.clone()), "planes {planes:?} of {axes:?}");
        }
        for planes in ranges(axes[0]) {
            let x = only(&case.x, axes, block.input_planes(axes, Way::Backward, &planes));
            let held = block.output_planes(axes, &planes);
            let (values, output) = (only(&case.gradient, pooled, held.clone()), only(&whole.output, pooled, held.clone()));
            let winners = only(&whole.winners, pooled, held);
            let gradient = PooledGradient { values: &values, output: &output, winners: &winners };
            let excited = Excited { gate: &case.gate, everywhere: &case.everywhere };
            let piece = block.gradient_piece(GradientInputs { x: &x, gradient }, excited, axes, planes.clone());
            assert_eq!(piece, only(&whole.input_gradient, axes, planes.clone()), "planes {planes:?} of {axes:?}");
        }
    }
}

#[test]
fn elu_is_exact_to_the_last_bits_even_of_small_values() {
    // The block copies its input: both convolutions are the identity, and the shortcut is zero.
    let mut noise = Noise(23);
    let mut case = Case::new(&mut noise, [1, 1, 1], Activation::Elu, [3, 3, 3]);
    for block in [&mut case.parameters.first, &mut case.parameters.second] {
        block.weight.iter_mut().enumerate().for_each(|(tap, weight)| *weight = f32::from(u8::from(tap == 13)));
        (block.bias, block.scale, block.shift) = (vec![0.0], vec![1.0], vec![0.0]);
    }
    case.parameters.shortcut.weight = vec![0.0];
    (case.parameters.shortcut.bias, case.parameters.shortcut.shift) = (vec![0.0], vec![0.0]);
    case.parameters.activations[1] = Activation::LeakyRelu;
    case.gate = vec![-1.0];
    for x in [-1e-30, -1e-7, -1e-3, -0.1, -0.3466, -0.5, -1.0, -2.5, -10.0, -17.0, -40.0, -1e30, 0.0, 3.0] {
        case.x = vec![x; 27];
        let found = computed(&case, 3).branch[0];
        let expected = if x > 0.0 { f64::from(x) } else { f64::from(x).exp_m1() };
        assert!((f64::from(found) - expected).abs() <= 1.2e-7 * expected.abs(), "ELU of {x}: {found} instead of {expected}");
    }
}

/// A block, its input, and the gradient of its output.
struct Case {
    parameters: ResidualParameters,
    axes: [usize; 3],
    x: Vec<f32>,
    gate: Vec<f32>,
    everywhere: Vec<f32>,
    gradient: Vec<f32>,
}

impl Case {
    fn new(noise: &mut Noise, [n_in, n_hidden, n_out]: [usize; 3], activation: Activation, axes: [usize; 3]) -> Self {
        let mut block = |n_in: usize, n_out: usize, n_taps: usize| BlockParameters {
            n_in,
            n_out,
            n_axes: 3,
            stride: 1,
            pool: false,
            weight: noise.values(n_out * n_in * n_taps),
            bias: noise.values(n_out),
            scale: noise.values(n_out),
            shift: noise.values(n_out),
            rectifier: Rectifier::None,
        };
        let parameters = ResidualParameters {
            first: block(n_in, n_hidden, 27),
            second: block(n_hidden, n_out, 27),
            shortcut: block(n_in, n_out, 1),
            activations: [activation; 2],
        };
        let n_windows = CpuResidual::output(axes).iter().product::<usize>();
        let x = noise.values(n_in * axes.iter().product::<usize>());
        let (gate, everywhere, gradient) = (noise.values(n_out), noise.values(n_out), noise.values(n_out * n_windows));
        Self { parameters, axes, x, gate, everywhere, gradient }
    }
}

impl Case {
    fn x_in_float64(&self) -> Vec<f64> {
        self.x.iter().copied().map(f64::from).collect()
    }

    /// What the gradient with respect to the input is the derivative of.
    fn objective(&self, reference: &Reference) -> f64 {
        let n_voxels = self.axes.iter().product::<usize>() as f64;
        let product = |(&a, &b): (&f32, &f64)| f64::from(a) * b;
        let of_output = self.gradient.iter().zip(&reference.output).map(product).sum::<f64>();
        of_output + n_voxels * self.everywhere.iter().zip(&reference.means).map(product).sum::<f64>()
    }
}

/// What a block gives.
#[derive(PartialEq)]
struct Computed {
    output: Vec<f32>,
    winners: Vec<u8>,
    branch: Vec<f32>,
    means: Vec<f32>,
    input_gradient: Vec<f32>,
}

/// Both ways, `n_planes` at a time: forwards pooled on the way, and once more from a branch that is held.
fn computed(case: &Case, n_planes: usize) -> Computed {
    let block = CpuResidual::new(&case.parameters);
    let Case { axes, x, gate, everywhere, gradient, .. } = case;
    // What is not written shows.
    let nothing = || (vec![f32::NAN; gradient.len()], vec![u8::MAX; gradient.len()], vec![f32::NAN; gradient.len()]);
    let (mut output, mut winners, mut branch) = nothing();
    let mut forward = Forward::new(&block, x, *axes, n_planes, true);
    for planes in strips(axes[0], n_planes) {
        forward.hidden(planes.end);
        forward.branch(planes.end, true);
    }
    forward.pool(
        CpuResidual::output(*axes)[0],
        gate,
        Pooled { values: &mut output, winners: Some(&mut winners), branch: Some(&mut branch) },
    );
    let means = forward.means();
    let again = nothing();
    let (mut output_again, mut winners_again, _) = again;
    let mut forward = Forward::new(&block, x, *axes, n_planes, false);
    for planes in strips(axes[0], n_planes) {
        forward.hidden(planes.end);
        forward.branch(planes.end, false);
        let pooled = Pooled { values: &mut output_again, winners: Some(&mut winners_again), branch: None };
        forward.pool(forward.poolable(), gate, pooled);
    }
    assert!(output == output_again && winners == winners_again, "a branch that is held gives the same");
    let gradient = PooledGradient { values: gradient, output: &output, winners: &winners };
    let mut backward = Backward::new(&block, x, *axes, gradient, Excited { gate, everywhere }, n_planes);
    let mut input_gradient = vec![f32::NAN; x.len()];
    for planes in strips(axes[0], n_planes) {
        backward.to_plane(planes.end, &mut input_gradient);
    }
    Computed { output, winners, branch, means, input_gradient }
}

fn strips(n: usize, n_planes: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    (0..n).step_by(n_planes).map(move |start| start..n.min(start + n_planes))
}

fn assert_close(found: &[f32], expected: &[f64], what: &str) {
    let scale = expected.iter().fold(f64::from(f32::MIN_POSITIVE), |m, v| m.max(v.abs()));
    assert_eq!(found.len(), expected.len(), "{what}");
    for (&found, &expected) in found.iter().zip(expected) {
        assert!((f64::from(found) - expected).abs() <= FLOAT32 * scale, "{what}: {found} instead of {expected}, of {scale}");
    }
}

/// A block in float64.
struct Reference {
    output: Vec<f64>,
    branch: Vec<f64>,
    means: Vec<f64>,
    input_gradient: Vec<f64>,
}

impl Reference {
    /// For an input that need not be the case's.
    fn new(case: &Case, x: &[f64]) -> Self {
        let ResidualParameters { first, second, shortcut, activations } = &case.parameters;
        let n_voxels = case.axes.iter().product::<usize>();
        let before = normalized(first, &convolved(first, x, case.axes));
        let hidden: Vec<f64> = before.iter().map(|&v| function(activations[0], v)).collect();
        let branch = normalized(second, &convolved(second, &hidden, case.axes));
        let straight = normalized(shortcut, &convolved(shortcut, x, case.axes));
        let gate = |index: usize| f64::from(case.gate[index / n_voxels]);
        let sum: Vec<f64> = branch.iter().zip(&straight).enumerate().map(|(index, (b, s))| b * gate(index) + s).collect();
        let winners = winners(&sum.iter().map(|&v| function(activations[1], v)).collect::<Vec<_>>(), case.axes);
        let mut of_sum = vec![0.0; sum.len()];
        for (&winner, &gradient) in winners.iter().zip(&case.gradient) {
            of_sum[winner] += f64::from(gradient) * slope(activations[1], sum[winner]);
        }
        let of_branch: Vec<f64> =
            of_sum.iter().enumerate().map(|(index, g)| g * gate(index) + f64::from(case.everywhere[index / n_voxels])).collect();
        let mut of_hidden = transposed(second, &of_branch, case.axes);
        of_hidden.iter_mut().zip(&before).for_each(|(g, &v)| *g *= slope(activations[0], v));
        let through_branch = transposed(first, &of_hidden, case.axes);
        let through_shortcut = transposed(shortcut, &of_sum, case.axes);
        Self {
            output: winners.iter().map(|&winner| function(activations[1], sum[winner])).collect(),
            branch: winners.iter().map(|&winner| branch[winner]).collect(),
            means: branch.chunks_exact(n_voxels).map(|channel| channel.iter().sum::<f64>() / n_voxels as f64).collect(),
            input_gradient: through_branch.iter().zip(&through_shortcut).map(|(a, b)| a + b).collect(),
        }
    }
}

/// Calls with the place of an output value, of an input value under its window, and the weight between them.
fn products(block: &BlockParameters, axes: [usize; 3], mut f: impl FnMut(usize, usize, f64)) {
    let n_voxels = axes.iter().product::<usize>();
    let kernel = if block.weight.len() == block.n_in * block.n_out { 1 } else { 3 };
    let mut weights = block.weight.iter();
    for (output, input) in (0..block.n_out).flat_map(|output| (0..block.n_in).map(move |input| (output, input))) {
        for tap in places([kernel; 3]) {
            let weight = f64::from(*weights.next().unwrap());
            for (index, place) in places(axes).enumerate() {
                let under = [0, 1, 2].map(|axis| (place[axis] + tap[axis]).checked_sub(kernel / 2).filter(|&at| at < axes[axis]));
                if let [Some(z), Some(y), Some(x)] = under {
                    f(output * n_voxels + index, input * n_voxels + (z * axes[1] + y) * axes[2] + x, weight);
                }
            }
        }
    }
}

fn convolved(block: &BlockParameters, x: &[f64], axes: [usize; 3]) -> Vec<f64> {
    let mut sums = vec![0.0; block.n_out * axes.iter().product::<usize>()];
    products(block, axes, |to, from, weight| sums[to] += weight * x[from]);
    sums
}

fn normalized(block: &BlockParameters, sums: &[f64]) -> Vec<f64> {
    let of = |values: &[f32], index: usize| f64::from(values[index / (sums.len() / block.n_out)]);
    let one = |(index, sum): (usize, &f64)| (sum + of(&block.bias, index)) * of(&block.scale, index) + of(&block.shift, index);
    sums.iter().enumerate().map(one).collect()
}

/// Through normalisation and convolution.
fn transposed(block: &BlockParameters, gradient: &[f64], axes: [usize; 3]) -> Vec<f64> {
    let n_voxels = axes.iter().product::<usize>();
    let mut sums = vec![0.0; block.n_in * n_voxels];
    products(block, axes, |to, from, weight| sums[from] += weight * f64::from(block.scale[to / n_voxels]) * gradient[to]);
    sums
}

/// The place of the largest value of each window of 3×3×3, every two voxels.
fn winners(values: &[f64], axes: [usize; 3]) -> Vec<usize> {
    let n_voxels = axes.iter().product::<usize>();
    let windows = |channel: usize| places(axes.map(|n| (n - 1) / 2)).map(move |window| (channel, window));
    let largest = |(channel, window): (usize, [usize; 3])| {
        let inside = places([3; 3]).map(|offset| {
            let [z, y, x] = [0, 1, 2].map(|axis| 2 * window[axis] + offset[axis]);
            channel * n_voxels + (z * axes[1] + y) * axes[2] + x
        });
        inside.reduce(|best, index| if values[index] > values[best] { index } else { best }).unwrap()
    };
    (0..values.len() / n_voxels).flat_map(windows).map(largest).collect()
}

fn function(activation: Activation, value: f64) -> f64 {
    match activation {
        _ if value > 0.0 => value,
        Activation::Relu => 0.0,
        Activation::LeakyRelu => value * f64::from(0.01_f32),
        Activation::Elu => value.exp_m1(),
    }
}

fn slope(activation: Activation, value: f64) -> f64 {
    match activation {
        _ if value > 0.0 => 1.0,
        Activation::Relu => 0.0,
        Activation::LeakyRelu => f64::from(0.01_f32),
        Activation::Elu => value.exp(),
    }
}

fn places([d, h, w]: [usize; 3]) -> impl Iterator<Item = [usize; 3]> {
    (0..d).flat_map(move |z| (0..h).flat_map(move |y| (0..w).map(move |x| [z, y, x])))
}
