//! Fused blocks on a GPU against the stock layers on the CPU: forwards and backwards, in one slab and in several.
//!
//! Inputs, weights and gradients are small multiples of powers of two, so that every sum of a convolution is exact in float32
//! in whatever order. Ties between neighbours are then frequent, and both sides must decide them alike.

use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};
use maplens::kernels::gpu::{GpuBlock, GpuWinners};
use maplens::kernels::{Activation, BlockParameters, Rectifier};
use maplens::network::feature_maps::{FeatureMaps, OverlapAdd, clip, pad_rows, slabs_of};
use maplens::network::layers::{BatchNorm, BatchNormParameters, Convolution, Kept, PadMaxPool, RowLayer, SlidingWindow};

/// Largest difference in units of the largest magnitude. Only scale and shift round, once each; a driver may contract them.
const TOLERANCE: f32 = 1e-6;

/// A block and the shape C×D×H×W of its input.
#[derive(Debug, Clone, Copy)]
struct Case {
    n_axes: usize,
    channels: [usize; 2],
    stride: usize,
    pool: bool,
    rectifier: Rectifier,
    /// With batch normalisation; without, many values are exactly 0.
    normalised: bool,
    axes: [usize; 3],
}

/// Forms and shapes: axes odd and even, channels that fill their vectors and that do not.
const CASES: &[Case] = &[
    block([1, 8], [7, 9, 5]),
    Case { rectifier: Rectifier::Leaky, normalised: false, ..block([3, 5], [5, 5, 6]) },
    Case { stride: 2, pool: false, ..block([2, 6], [9, 10, 11]) },
    Case { n_axes: 2, ..block([3, 8], [9, 10, 1]) },
    block([1, 8], [8, 8, 8]),
    block([8, 16], [7, 8, 9]),
    block([5, 6], [1, 1, 1]),
    block([16, 4], [2, 3, 2]),
    Case { normalised: false, ..block([1, 8], [9, 6, 7]) },
    Case { normalised: false, ..block([3, 5], [6, 6, 6]) },
    Case { rectifier: Rectifier::Leaky, ..block([3, 5], [7, 6, 9]) },
    Case { rectifier: Rectifier::Leaky, normalised: false, ..block([1, 4], [5, 5, 6]) },
    Case { rectifier: Rectifier::None, ..block([3, 5], [5, 7, 9]) },
    Case { stride: 2, ..block([2, 6], [9, 10, 11]) },
    Case { stride: 2, ..block([4, 3], [10, 9, 12]) },
    Case { stride: 2, pool: false, rectifier: Rectifier::Leaky, ..block([4, 4], [6, 7, 8]) },
    Case { pool: false, ..block([4, 4], [5, 6, 7]) },
    Case { pool: false, rectifier: Rectifier::Leaky, ..block([1, 3], [4, 3, 6]) },
    Case { n_axes: 2, rectifier: Rectifier::Leaky, ..block([1, 8], [10, 11, 1]) },
    Case { n_axes: 2, stride: 2, ..block([3, 7], [9, 11, 1]) },
    Case { n_axes: 2, stride: 2, pool: false, ..block([3, 7], [8, 11, 1]) },
    Case { n_axes: 2, pool: false, normalised: false, ..block([8, 7], [9, 11, 1]) },
];

/// As many of them as there are.
#[allow(dead_code, reason = "browsers are content with few")]
pub const ALL: usize = CASES.len();

/// The first of them: each kind of form once. A browser compiles kernels for seconds each on the software adapter.
#[allow(dead_code, reason = "only the browser tests are content with few")]
pub const FEW: usize = 4;

const fn block(channels: [usize; 2], axes: [usize; 3]) -> Case {
    Case { n_axes: 3, channels, stride: 1, pool: true, rectifier: Rectifier::Relu, normalised: true, axes }
}

/// What differs, in words, in the first `n_cases` cases, in one slab and in several.
pub async fn check(n_cases: usize, device: &Device) -> Vec<String> {
    let mut misses = Vec::new();
    for case in &CASES[..n_cases] {
        let made = Made::new(*case);
        let (y, dx) = made.stock();
        for max_rows in [usize::MAX, 1, 2] {
            let (got_y, got_dx) = made.fused(max_rows, device).await;
            for (what, got, expected) in [("output", &got_y, &y), ("gradient", &got_dx, &dx)] {
                let difference = difference(got, expected);
                if difference.is_nan() || difference > TOLERANCE {
                    misses.push(format!("{case:?}, {max_rows} rows at once: {what} differs by {difference:.1e}"));
                }
            }
        }
    }
    misses
}

/// A case with numbers.
struct Made {
    case: Case,
    parameters: BlockParameters,
    batch_norm: BatchNormParameters,
    input: Vec<f32>,
    gradient: Vec<f32>,
}

impl Made {
    fn new(case: Case) -> Self {
        let mut noise = Noise(case.axes.iter().product::<usize>() as u64 + 17);
        let [n_in, n_out] = case.channels;
        let n_taps = 3_usize.pow(case.n_axes as u32);
        let batch_norm = BatchNormParameters {
            weight: (0..n_out).map(|out| [1.0, 0.5, 0.0, 2.0][out % 4]).collect(),
            // Odd multiples of 1/64, so that no value comes close to 0.
            bias: (0..n_out).map(|_| noise.eighths(4) + 1.0 / 64.0).collect(),
            mean: vec![0.0; n_out],
            variance: vec![1.0; n_out],
        };
        let identity = |value| vec![value; n_out];
        let of_variance = |&weight: &f32| (f64::from(weight) / (1.0_f64 + 1e-5).sqrt()) as f32;
        let parameters = BlockParameters {
            n_in,
            n_out,
            n_axes: case.n_axes,
            stride: case.stride,
            pool: case.pool,
            weight: (0..n_out * n_in * n_taps).map(|_| noise.eighths(8)).collect(),
            bias: (0..n_out).map(|_| noise.eighths(8)).collect(),
            scale: if case.normalised { batch_norm.weight.iter().map(of_variance).collect() } else { identity(1.0) },
            shift: if case.normalised { batch_norm.bias.clone() } else { identity(0.0) },
            rectifier: case.rectifier,
        };
        let mut made = Self { case, parameters, batch_norm, input: Vec::new(), gradient: Vec::new() };
        // A third of the input is constant, as the background of an image is.
        let n_values = made.shapes()[0].iter().product::<usize>();
        made.input = (0..n_values).map(|i| if i % n_values < n_values / 3 { 0.0 } else { noise.eighths(8) }).collect();
        made.gradient = (0..made.shapes()[made.layers(&Device::flex()).len()].iter().product()).map(|_| noise.eighths(16)).collect();
        made
    }

    fn layers(&self, device: &Device) -> Vec<RowLayer> {
        let BlockParameters { n_in, n_out, n_axes, stride, weight, bias, .. } = &self.parameters;
        let window = SlidingWindow::new(*n_axes, 3, *stride, 1);
        let mut layers =
            vec![RowLayer::Convolution(Box::new(Convolution::new([*n_out, *n_in], window, weight, Some(bias), *n_out, device)))];
        if self.case.normalised {
            layers.push(RowLayer::BatchNorm(Box::new(BatchNorm::new(&self.batch_norm, device))));
        }
        match self.case.rectifier {
            Rectifier::None => {}
            Rectifier::Relu => layers.push(RowLayer::Activation(Activation::Relu)),
            Rectifier::Leaky => layers.push(RowLayer::Activation(Activation::LeakyRelu)),
        }
        if self.case.pool {
            layers.push(RowLayer::PadMaxPool(PadMaxPool::new(*n_axes)));
        }
        layers
    }

    /// Of the input, then of each layer's output.
    fn shapes(&self) -> Vec<[usize; 4]> {
        let [d, h, w] = self.case.axes;
        let mut shapes = vec![[self.case.channels[0], d, h, w]];
        for layer in self.layers(&Device::flex()) {
            shapes.push(layer.output_shape(shapes[shapes.len() - 1]));
        }
        shapes
    }

    /// Output and gradient by the stock layers, the whole image at once.
    fn stock(&self) -> (Vec<f32>, Vec<f32>) {
        let device = Device::flex();
        let (layers, shapes) = (self.layers(&device), self.shapes());
        let rows: Vec<_> = layers.iter().zip(&shapes).zip(&shapes[1..]).map(|((l, &i), o)| l.input_rows(0..o[1] as isize, i)).collect();
        let mut x = tensor(&self.input, shapes[0], &device);
        let mut all_kept: Vec<Kept> = Vec::new();
        for (index, layer) in layers.iter().enumerate() {
            let padded = pad_rows(x, &rows[index], &clip(&rows[index], shapes[index][1]), layer.outside());
            let (output, kept) = layer.forward(padded);
            x = output;
            all_kept.push(kept);
        }
        let mut g = tensor(&self.gradient, shapes[layers.len()], &device);
        for (index, layer) in layers.iter().enumerate().rev() {
            g = layer.input_gradient(g, &all_kept[index], shapes[index]);
            let inside = clip(&rows[index], shapes[index][1]);
            g = g.narrow(2, (inside.start as isize - rows[index].start) as usize, inside.len());
        }
        (x.into_data().try_into_vec().unwrap(), g.into_data().try_into_vec().unwrap())
    }

    /// The same by the fused block, at most so many output rows at once.
    async fn fused(&self, max_rows: usize, device: &Device) -> (Vec<f32>, Vec<f32>) {
        let block = GpuBlock::new(&self.parameters, device).unwrap();
        let shapes = self.shapes();
        let (input, output) = (shapes[0], shapes[shapes.len() - 1]);
        let maps = FeatureMaps::from_values(input, self.input.clone(), 3, device);
        let gradient = FeatureMaps::from_values(output, self.gradient.clone(), 2, device);
        let mut y = FeatureMaps::empty(output);
        let mut winners: Vec<(Range<usize>, GpuWinners)> = Vec::new();
        for rows in slabs_of(0..output[1], max_rows) {
            let (needed, first_is_padding) = self.needed_rows(&rows);
            let (slab, kept) = block.forward(maps.rows(needed, 0.0), first_is_padding, None);
            y.push(slab);
            winners.push((rows, kept));
        }
        let mut dx = OverlapAdd::new(input);
        for (index, (rows, kept)) in winners.iter().enumerate() {
            let g = block.input_gradient(gradient.rows(rows.start as isize..rows.end as isize, 0.0), kept);
            let next = winners.get(index + 1).map(|(rows, _)| self.needed_rows(rows).0.start.max(0) as usize);
            dx.add(g, self.needed_rows(rows).0, next.unwrap_or(input[1]));
        }
        (y.read().await.unwrap(), dx.finish().read().await.unwrap())
    }

    /// The input rows on which output rows depend, and whether a padded row of the pooling comes first.
    fn needed_rows(&self, rows: &Range<usize>) -> (Range<isize>, bool) {
        let convolved = SlidingWindow::new(self.case.n_axes, 3, self.case.stride, 1).count(self.case.axes);
        let shape = [1, convolved[0], convolved[1], convolved[2]];
        let rows = rows.start as isize..rows.end as isize;
        let pooled = if self.case.pool { PadMaxPool::new(self.case.n_axes).input_rows(rows, shape) } else { rows };
        let inside = clip(&pooled, convolved[0]);
        let window = SlidingWindow::new(self.case.n_axes, 3, self.case.stride, 1);
        (window.input_rows(inside.start as isize..inside.end as isize), pooled.start < 0)
    }
}

fn tensor(values: &[f32], [c, d, h, w]: [usize; 4], device: &Device) -> Tensor<5> {
    Tensor::from_data(TensorData::new(values.to_vec(), [1, c, d, h, w]), device)
}

fn difference(got: &[f32], expected: &[f32]) -> f32 {
    if got.len() != expected.len() {
        return f32::NAN;
    }
    let largest = expected.iter().fold(f32::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
    got.iter()
        .zip(expected)
        .map(|(got, expected)| (got - expected).abs() / largest)
        .fold(0.0, |a, b| if b > a || b.is_nan() { b } else { a })
}

/// A reproducible sequence.
struct Noise(u64);

impl Noise {
    /// Multiples of 1/8, at most `limit` of them.
    fn eighths(&mut self, limit: i64) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (((self.0 >> 33) as i64) % (2 * limit + 1) - limit) as f32 / 8.0
    }
}
