//! Fused blocks on the CPU against the same block in float64, written down as its definition reads.

use maplens::kernels::cpu::{CpuBlock, OutputGradient};
use maplens::kernels::winner::{self, Margins, WinnerCodes};
use maplens::kernels::{BlockParameters, Rectifier};

use crate::noise::Noise;
use crate::numerics::max_magnitude;

/// Sums of some two hundred products of magnitude one in float32, against float64, in units of the largest result or of
/// one product, whichever is larger: where a rectifier leaves only small results, sums have cancelled.
const FLOAT32: f64 = 2e-6;

/// Every kind of block that the kernels have, for a number of channels.
pub fn kinds() -> Vec<BlockParameters> {
    let mut noise = Noise(11);
    let mut kinds = Vec::new();
    for (n_in, n_out) in [(1, 8), (8, 16), (3, 5), (9, 4), (1, 3)] {
        for n_axes in [2, 3] {
            for (stride, pool) in [(1, true), (2, false), (1, false)] {
                for rectifier in [Rectifier::Relu, Rectifier::Leaky, Rectifier::None] {
                    let n_weights = n_out * n_in * 3_usize.pow(n_axes as u32);
                    kinds.push(BlockParameters {
                        n_in,
                        n_out,
                        n_axes,
                        stride,
                        pool,
                        weight: noise.values(n_weights),
                        bias: noise.values(n_out),
                        // A small scale beside a large shift would make ties of different sums.
                        scale: noise.values(n_out).iter().map(|value| value + 0.5_f32.copysign(*value)).collect(),
                        shift: noise.values(n_out),
                        rectifier,
                    });
                }
            }
        }
    }
    kinds
}

/// Planes, rows and columns: odd and even, shorter and longer than vectors, a single voxel.
const SHAPES: [[usize; 3]; 5] = [[5, 6, 7], [4, 9, 18], [1, 2, 1], [7, 3, 35], [1, 1, 1]];

#[test]
fn fused_blocks_are_what_their_definition_says() {
    for (index, parameters) in kinds().iter().enumerate() {
        for shape in shapes_of(parameters) {
            let mut noise = Noise(index as u64);
            let x = noise.values(parameters.n_in * shape.iter().product::<usize>());
            let reference = Reference::new(parameters, &x, shape);
            let gradient = noise.values(reference.output.len());
            let found = computed(parameters, &x, shape, &gradient, 3);
            let name = format!("{}→{} {}D {parameters:?}", parameters.n_in, parameters.n_out, parameters.n_axes);
            assert_close(&found.output, &reference.output, &format!("output of {shape:?}, {name}"));
            assert_close(
                &found.input_gradient,
                &reference.input_gradient(parameters, &gradient),
                &format!("gradient of {shape:?}, {name}"),
            );
        }
    }
}

#[test]
fn results_depend_neither_on_threads_nor_on_pieces() {
    for parameters in kinds().iter().filter(|parameters| parameters.n_axes == 3) {
        let shape = [23, 11, 19];
        let mut noise = Noise(5);
        let x = noise.values(parameters.n_in * shape.iter().product::<usize>());
        let n_output: usize = CpuBlock::new(parameters).geometry().output(shape).iter().product();
        let gradient = noise.values(parameters.n_out * n_output);
        let one = on_threads(1, || computed(parameters, &x, shape, &gradient, 1));
        for (n_threads, n_pieces) in [(1, 5), (2, 1), (3, 2), (8, 1)] {
            let other = on_threads(n_threads, || computed(parameters, &x, shape, &gradient, n_pieces));
            assert!(one == other, "{n_threads} threads, {n_pieces} pieces");
        }
    }
}

#[test]
fn what_is_pooled_has_the_bits_of_what_is_not() {
    // A walk may be cut between convolution and pooling, and must not give another answer for it.
    for parameters in
        kinds().iter().filter(|parameters| parameters.n_axes == 3 && parameters.pool && parameters.rectifier == Rectifier::Relu)
    {
        for shape in [[5, 6, 7], [4, 9, 18], [7, 8, 35], [1, 1, 1]] {
            let x = Noise(3).values(parameters.n_in * shape.iter().product::<usize>());
            let pooled = computed(parameters, &x, shape, &[], 1).output;
            let whole = computed(&BlockParameters { pool: false, ..parameters.clone() }, &x, shape, &[], 3).output;
            assert_eq!(pooled, pooled_by_hand(&whole, shape), "{shape:?}, {parameters:?}");
        }
    }
}

/// Convolutions with fewer products add up fewer of them, too, and so round less than a sum of all of them in float32. Of a single
/// channel there is nothing to add up but the transforms' own sums (measured: 1.4 times, 0.7 and 0.4 times as much).
#[test]
fn fewer_products_round_no_more_than_all_of_them() {
    for ([n_in, n_out], at_most) in [([1, 8], 2.0), ([8, 16], 1.0), ([32, 8], 1.0)] {
        let (mut noise, shape) = (Noise(5), [10, 11, 12]);
        let (weight, x) = (noise.values(n_out * n_in * 27), noise.values(n_in * shape.iter().product::<usize>()));
        let same = |value: f32| vec![value; n_out];
        let [bias, scale, shift] = [0.0, 1.0, 0.0].map(same);
        let rectifier = Rectifier::None;
        let parameters = BlockParameters { n_in, n_out, n_axes: 3, stride: 1, pool: false, weight, bias, scale, shift, rectifier };
        let reference = Reference::new(&parameters, &x, shape);
        let mut all_products = vec![0.0_f32; reference.sums.len()];
        reference.products(&parameters, |to, from, weight| all_products[to] += weight * x[from]);
        let error = |found: &[f32]| found.iter().zip(&reference.sums).map(|(&f, &e)| (f64::from(f) - e).powi(2)).sum::<f64>().sqrt();
        let (fewer, all) = (error(&computed(&parameters, &x, shape, &[], 1).output), error(&all_products));
        assert!(fewer <= at_most * all, "{n_in}→{n_out}: {fewer:e} beside {all:e}");
    }
}

/// Largest values of blocks of two voxels along each axis, odd axes beginning with a zero.
fn pooled_by_hand(values: &[f32], shape: [usize; 3]) -> Vec<f32> {
    let pooled = shape.map(|n| n.div_ceil(2));
    let n_each: usize = shape.iter().product();
    let largest = |of_channel: &[f32], place: [usize; 3]| {
        let under = places([2, 2, 2]).map(|offset| [0, 1, 2].map(|axis| (2 * place[axis] + offset[axis]).checked_sub(shape[axis] % 2)));
        under.map(|at| index_in(shape, at).map_or(0.0, |index| of_channel[index])).fold(0.0, f32::max)
    };
    values.chunks_exact(n_each).flat_map(|of_channel| places(pooled).map(move |place| largest(of_channel, place))).collect()
}

#[test]
fn of_equal_values_the_first_in_scan_order_wins() {
    // The convolution copies its input: only the middle of the kernel is set.
    let mut weight = vec![0.0; 27];
    weight[13] = 1.0;
    let parameters = BlockParameters {
        n_in: 1,
        n_out: 1,
        n_axes: 3,
        stride: 1,
        pool: true,
        weight,
        bias: vec![0.0],
        scale: vec![1.0],
        shift: vec![0.0],
        rectifier: Rectifier::Relu,
    };
    let winner_of = |x: [f32; 8]| computed(&parameters, &x, [2, 2, 2], &[1.0], 1).winners[0];
    assert_eq!(winner_of([1.0; 8]), 0);
    assert_eq!(winner_of([0.0, 0.0, 2.0, 2.0, 1.0, 2.0, 2.0, 2.0]), 2);
    assert_eq!(winner_of([0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 2.0, 0.0]), 5);
    assert_eq!(winner_of([-1.0; 8]), winner::CLOSED, "nothing passes a closed rectifier");
    assert_eq!(winner_of([0.0; 8]), winner::CLOSED, "torch gives a ReLU the slope 0 at 0");
}

/// What a block gives.
#[derive(PartialEq)]
struct Computed {
    output: Vec<f32>,
    winners: Vec<u8>,
    input_gradient: Vec<f32>,
}

/// Both ways (forwards only where there is no gradient), in about so many pieces of planes.
fn computed(parameters: &BlockParameters, x: &[f32], shape: [usize; 3], gradient: &[f32], n_pieces: usize) -> Computed {
    let block = CpuBlock::new(parameters);
    let axes = block.geometry().output(shape);
    let n_output = parameters.n_out * axes.iter().product::<usize>();
    // What is not written shows.
    let (mut output, mut winners, mut input_gradient) = (vec![f32::NAN; n_output], vec![u8::MAX; n_output], vec![f32::NAN; x.len()]);
    for planes in pieces(axes[0], n_pieces) {
        block.forward(x, shape, planes, &mut output, Some(WinnerCodes { codes: &mut winners, margins: Margins::default() }));
    }
    for steps in pieces(if gradient.is_empty() { 0 } else { block.gradient_units(shape) }, n_pieces) {
        block.input_gradient(OutputGradient { values: gradient, winners: &winners }, shape, steps, &mut input_gradient);
    }
    Computed { output, winners, input_gradient }
}

fn pieces(n: usize, n_pieces: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let step = n.div_ceil(n_pieces).max(1);
    (0..n).step_by(step).map(move |start| start..n.min(start + step))
}

fn on_threads<T: Send>(n_threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap().install(work)
}

fn shapes_of(parameters: &BlockParameters) -> impl Iterator<Item = [usize; 3]> {
    let flat = parameters.n_axes == 2;
    SHAPES.into_iter().map(move |[d, h, w]| if flat { [1, h, w] } else { [d, h, w] })
}

fn assert_close(found: &[f32], expected: &[f64], what: &str) {
    let scale = expected.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
    let worst = found.iter().zip(expected).map(|(&f, &e)| (f64::from(f) - e).abs() / scale).fold(0.0, f64::max);
    assert!(max_magnitude(found).is_finite() && worst <= FLOAT32, "{what}: off by {worst:e}");
}

/// A block in float64.
struct Reference {
    input: [usize; 3],
    convolved: [usize; 3],
    /// Values before the rectifier.
    sums: Vec<f64>,
    output: Vec<f64>,
    /// The place in `sums` that each output value comes from; nothing where padding won.
    from: Vec<Option<usize>>,
}

impl Reference {
    fn new(parameters: &BlockParameters, x: &[f32], input: [usize; 3]) -> Self {
        let depth_stride = if parameters.n_axes == 3 { parameters.stride } else { 1 };
        let convolved = [input[0].div_ceil(depth_stride), input[1].div_ceil(parameters.stride), input[2].div_ceil(parameters.stride)];
        let mut reference = Self { input, convolved, sums: Vec::new(), output: Vec::new(), from: Vec::new() };
        let n_sums = parameters.n_out * convolved.iter().product::<usize>();
        let mut sums = vec![0.0; n_sums];
        reference.products(parameters, |to, from, weight| sums[to] += f64::from(weight) * f64::from(x[from]));
        let n_each = n_sums / parameters.n_out;
        for (channel, sums) in sums.chunks_exact_mut(n_each).enumerate() {
            let of = |values: &[f32]| f64::from(values[channel]);
            sums.iter_mut().for_each(|sum| *sum = (*sum + of(&parameters.bias)) * of(&parameters.scale) + of(&parameters.shift));
        }
        reference.sums = sums;
        reference.pool(parameters);
        reference
    }

    /// Calls with the place of a sum, the place of a value under its window and the weight between them.
    fn products(&self, parameters: &BlockParameters, mut f: impl FnMut(usize, usize, f32)) {
        let kernel = [if parameters.n_axes == 3 { 3 } else { 1 }, 3, 3];
        let stride = [if parameters.n_axes == 3 { parameters.stride } else { 1 }, parameters.stride, parameters.stride];
        let mut weights = parameters.weight.iter();
        for output in 0..parameters.n_out {
            for input in 0..parameters.n_in {
                for tap in places(kernel) {
                    let weight = *weights.next().unwrap();
                    for (index, place) in places(self.convolved).enumerate() {
                        let under = [0, 1, 2].map(|axis| (place[axis] * stride[axis] + tap[axis]).checked_sub(kernel[axis] / 2));
                        if let Some(from) = index_in(self.input, under) {
                            let n_each = self.input.iter().product::<usize>();
                            f(output * self.convolved.iter().product::<usize>() + index, input * n_each + from, weight);
                        }
                    }
                }
            }
        }
    }

    fn pool(&mut self, parameters: &BlockParameters) {
        let n_each = self.convolved.iter().product::<usize>();
        let step = [
            if parameters.pool && parameters.n_axes == 3 { 2 } else { 1 },
            1 + usize::from(parameters.pool),
            1 + usize::from(parameters.pool),
        ];
        let front = [0, 1, 2].map(|axis| if step[axis] == 2 { self.convolved[axis] % 2 } else { 0 });
        let pooled = [0, 1, 2].map(|axis| self.convolved[axis].div_ceil(step[axis]));
        for channel in 0..parameters.n_out {
            for place in places(pooled) {
                let (mut best, mut from) = (f64::NEG_INFINITY, None);
                for offset in places(step) {
                    let at = [0, 1, 2].map(|axis| (place[axis] * step[axis] + offset[axis]).checked_sub(front[axis]));
                    let index = index_in(self.convolved, at).map(|index| channel * n_each + index);
                    let value = index.map_or(0.0, |index| self.sums[index] * slope(parameters.rectifier, self.sums[index]));
                    if value > best {
                        (best, from) = (value, index);
                    }
                }
                self.output.push(best);
                self.from.push(from);
            }
        }
    }

    fn input_gradient(&self, parameters: &BlockParameters, gradient: &[f32]) -> Vec<f64> {
        let n_each = self.convolved.iter().product::<usize>();
        let mut of_sums = vec![0.0; self.sums.len()];
        for (from, &gradient) in self.from.iter().zip(gradient) {
            if let Some(index) = *from {
                let scale = f64::from(parameters.scale[index / n_each]);
                of_sums[index] += f64::from(gradient) * slope(parameters.rectifier, self.sums[index]) * scale;
            }
        }
        let mut of_input = vec![0.0; parameters.n_in * self.input.iter().product::<usize>()];
        self.products(parameters, |to, from, weight| of_input[from] += of_sums[to] * f64::from(weight));
        of_input
    }
}

fn slope(rectifier: Rectifier, value: f64) -> f64 {
    match rectifier {
        _ if value > 0.0 => 1.0,
        Rectifier::None => 1.0,
        Rectifier::Relu => 0.0,
        Rectifier::Leaky => f64::from(0.01_f32),
    }
}

fn places([d, h, w]: [usize; 3]) -> impl Iterator<Item = [usize; 3]> {
    (0..d).flat_map(move |z| (0..h).flat_map(move |y| (0..w).map(move |x| [z, y, x])))
}

fn index_in(shape: [usize; 3], place: [Option<usize>; 3]) -> Option<usize> {
    let [z, y, x] = [place[0]?, place[1]?, place[2]?];
    (z < shape[0] && y < shape[1] && x < shape[2]).then_some((z * shape[1] + y) * shape[2] + x)
}
