//! What float32 cannot decide, decided in float64.

use burn::tensor::{Device, Tensor, TensorData};
use maplens::kernels::cpu::CpuBlock;
use maplens::kernels::winner::{self, Margins, WinnerCodes};
use maplens::kernels::{BlockParameters, Rectifier};
use maplens::network::layers::{BatchNorm, BatchNormParameters, Convolution, PadMaxPool, RowLayer, SlidingWindow};
use maplens::network::{BlockMargins, FeatureMaps, PreciseBlock, PreciseForward};

use crate::noise::Noise;

/// The part of a margin that an error of the kernels may take: two of them meet in a difference, and at most a fifth of the margin,
/// what the input has inherited from the layers before, comes on top.
const PART_OF_MARGIN: f64 = 3.0 / 8.0;

const SHAPE: [usize; 3] = [22, 25, 28];

#[test]
fn margins_hold_the_errors_of_the_kernels() {
    for [n_in, n_out] in [[1, 8], [8, 16], [32, 64]] {
        for (kind, x) in [("noise", noise(n_in)), ("positive", positive(n_in)), ("smooth", smooth(n_in))] {
            let layers = convolution([n_in, n_out], &Device::flex());
            let [d, h, w] = SHAPE;
            let block = PreciseBlock::of(&layers, [n_in, d, h, w]).unwrap();
            let margins = BlockMargins::of_input(&block, &x);
            let sums = kernel_sums(&layers, &x, [n_in, n_out]);
            let mut precise = precise(&x, n_in);
            let mut worst = 0.0_f64;
            for channel in 0..n_out {
                for (index, voxel) in voxels().enumerate().step_by(7) {
                    let exact = precise.normalized(&block, 0, channel, voxel);
                    let error = (f64::from(sums[channel * SHAPE.iter().product::<usize>() + index]) - exact).abs();
                    worst = worst.max(error / f64::from(margins.as_margins().values[channel]));
                }
            }
            assert!(worst > 0.0 && worst < PART_OF_MARGIN, "{n_in}→{n_out}, {kind}: {worst} of the margin");
        }
    }
}

#[test]
fn equal_windows_are_not_marked_and_unequal_ones_that_nearly_tie_are() {
    let parameters = pooling(&Noise(9).values(27));
    let margins = Margins { sums: &[1e-5], values: &[1e-5] };
    // Nothing changes along the last axis: of each two neighbours along it the first wins.
    let layered: Vec<f32> = (0..8 * 8 * 8).map(|index| [0.25, 0.75, 0.5, 1.0][index / 8 % 4]).collect();
    let codes = codes_of(&parameters, &layered, [8; 3], margins);
    let inner = |codes: &[u8]| codes[(4 + 1) * 4 + 1];
    assert_eq!(inner(&codes) & (winner::UNDECIDED | 1), 0, "{codes:?}");
    let mut nearly = layered;
    // One voxel in reach of the pooled voxel (1, 1, 1).
    nearly[(3 * 8 + 3) * 8 + 2] += 1e-6;
    assert_ne!(inner(&codes_of(&parameters, &nearly, [8; 3], margins)) & winner::UNDECIDED, 0);
    assert_eq!(inner(&codes_of(&parameters, &nearly, [8; 3], Margins::default())) & winner::UNDECIDED, 0);
}

#[test]
fn a_marked_winner_is_the_first_of_the_largest_in_float64() {
    let device = Device::flex();
    let mut layers = convolution([1, 3], &device);
    layers.push(RowLayer::PadMaxPool(PadMaxPool::new(3)));
    let [d, h, w] = SHAPE;
    let block = PreciseBlock::of(&layers, [1, d, h, w]).unwrap();
    // Three grey levels in cells of three voxels: windows repeat at odd and at even places.
    let x: Vec<f32> = voxels().map(|[z, y, x]| ((z / 3 * 7 + y / 3 * 5 + x / 3 * 3) % 3) as f32 * 0.3).collect();
    let mut precise = precise(&x, 1);
    let [n_out, depth, height, width] = block.output();
    let mut codes = vec![winner::UNDECIDED | 7; n_out * depth * height * width];
    let margins = BlockMargins::of_input(&block, &x);
    let pace = maplens::network::progress::WalkProgress::new(&maplens::pace::Unpaced, maplens::pace::Stage::Forward, 1);
    pollster::block_on(precise.decide(&block, &margins, Some(&x), &mut codes, pace)).unwrap();
    let mut n_ties = 0;
    for (index, code) in codes.iter().enumerate() {
        let voxel = [index / (width * height) % depth, index / width % height, index % width];
        let channel = index / (width * height * depth);
        let values: Vec<(u8, f64)> =
            block.candidates(voxel).map(|(offset, at)| (offset, precise.normalized(&block, 0, channel, at))).collect();
        let largest = values.iter().map(|(_, value)| *value).fold(f64::MIN, f64::max);
        n_ties += usize::from(values.iter().filter(|(_, value)| *value == largest).count() > 1);
        let first = values.iter().find(|(_, value)| *value == largest).unwrap().0;
        assert_eq!(*code, if largest <= 0.0 && block.touches_padding(voxel) { winner::CLOSED } else { first });
    }
    assert!(n_ties > 100, "{n_ties} ties");
}

fn noise(n_in: usize) -> Vec<f32> {
    Noise(1).values(n_in * SHAPE.iter().product::<usize>())
}

/// Values of a rectified layer: half of them are zero.
fn positive(n_in: usize) -> Vec<f32> {
    noise(n_in).into_iter().map(|value| value.max(0.0)).collect()
}

/// Neighbours are nearly equal, so that sums do not cancel.
fn smooth(n_in: usize) -> Vec<f32> {
    let value =
        |index: usize, [z, y, x]: [usize; 3]| 0.6 + 0.3 * ((index + 1) as f32 * 0.01 * (z as f32 + 0.7 * y as f32 + 0.4 * x as f32)).sin();
    (0..n_in).flat_map(|index| voxels().map(move |voxel| value(index, voxel))).collect()
}

fn voxels() -> impl Iterator<Item = [usize; 3]> {
    let [d, h, w] = SHAPE;
    (0..d * h * w).map(move |index| [index / (h * w), index / w % h, index % w])
}

/// A convolution with normalisation, some of whose scales are negative.
fn convolution([n_in, n_out]: [usize; 2], device: &Device) -> Vec<RowLayer> {
    let mut noise = Noise(2);
    let (weight, bias) = (noise.values(n_out * n_in * 27), noise.values(n_out));
    let convolution = Convolution::new([n_out, n_in], SlidingWindow::new(3, 3, 1, 1), &weight, Some(&bias), n_out, device);
    let weight = noise.values(n_out).iter().map(|value| value + 0.5_f32.copysign(*value)).collect();
    let parameters = BatchNormParameters { weight, bias: noise.values(n_out), mean: noise.values(n_out), variance: vec![0.7; n_out] };
    vec![RowLayer::Convolution(Box::new(convolution)), RowLayer::BatchNorm(Box::new(BatchNorm::new(&parameters, device)))]
}

/// The convolution's normalised values as the kernels compute them.
fn kernel_sums(layers: &[RowLayer], x: &[f32], [n_in, n_out]: [usize; 2]) -> Vec<f32> {
    let parameters = maplens::network::fusing::parameters_of(layers).unwrap();
    assert_eq!([parameters.n_in, parameters.n_out], [n_in, n_out]);
    let mut output = vec![0.0; n_out * SHAPE.iter().product::<usize>()];
    CpuBlock::new(&parameters).forward(x, SHAPE, 0..SHAPE[0], &mut output, None);
    output
}

fn precise(x: &[f32], n_in: usize) -> PreciseForward {
    let [d, h, w] = SHAPE;
    let maps = FeatureMaps::whole(Tensor::from_data(TensorData::new(x.to_vec(), [1, n_in, d, h, w]), &Device::flex()));
    let mut precise = PreciseForward::default();
    precise.begin(&maps);
    pollster::block_on(precise.read_base()).unwrap();
    precise
}

fn pooling(weight: &[f32]) -> BlockParameters {
    let one = |value: f32| vec![value];
    BlockParameters {
        n_in: 1,
        n_out: 1,
        n_axes: 3,
        stride: 1,
        pool: true,
        weight: weight.to_vec(),
        bias: one(4.0),
        scale: one(1.0),
        shift: one(0.0),
        rectifier: Rectifier::Relu,
    }
}

fn codes_of(parameters: &BlockParameters, x: &[f32], shape: [usize; 3], margins: Margins<'_>) -> Vec<u8> {
    let n: usize = shape.map(|n| n.div_ceil(2)).iter().product();
    let (mut output, mut codes) = (vec![0.0; n], vec![0; n]);
    let winners = WinnerCodes { codes: &mut codes, margins };
    CpuBlock::new(parameters).forward(x, shape, 0..shape[0].div_ceil(2), &mut output, Some(winners));
    codes
}
