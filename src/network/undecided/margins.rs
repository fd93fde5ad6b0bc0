//! How far values of a block must lie apart for float32 to order them.

use burn::tensor::{Tensor, TensorData};

use super::precise_block::PreciseBlock;
use crate::kernels::winner::Margins;

/// The margin of a sum, in units of float32's relative rounding and of the root of the sum of squared products that an average voxel
/// has. Errors of the kernels stay below three eighths of it (`margins_hold_the_errors_of_the_kernels` in tests/it/undecided.rs), so that
/// two of them and what the input has inherited do not exceed it.
const MARGIN: f64 = 64.0;

/// The parts of the margin that are due to the rounding of a block's input alone, in the second block and in those after it: the image
/// itself is exact, and deeper inputs are sums of more values, whose errors cancel. Both are twice the largest error measured, of some
/// thousand values of the full-size Conv4_FC3 on smooth, 8-bit, masked and piecewise constant images.
const INHERITED: [f64; 2] = [12.0 / MARGIN, 5.0 / MARGIN];

/// The relative rounding of one operation in float32.
const ROUNDING: f64 = f32::EPSILON as f64 / 2.0;

/// Roundings of bias, scale and shift after the sum.
const FINISHING: f64 = 4.0;

/// The margins of a block for one input; see [`Margins`].
#[derive(Debug, Clone, Default)]
pub struct BlockMargins {
    sums: Vec<f32>,
    values: Vec<f32>,
}

impl BlockMargins {
    /// The margins of a block for an input C×D×H×W.
    pub fn of_input(block: &PreciseBlock, x: &[f32]) -> Self {
        Self::new(block, &mean_squares(x, block.input()[0]))
    }

    /// The margins of a block for an input whose channels have these mean squares.
    pub fn new(block: &PreciseBlock, mean_squares: &[f64]) -> Self {
        let n_out = block.n_out();
        let mut margins = Self { sums: Vec::with_capacity(n_out), values: Vec::with_capacity(n_out) };
        for channel in 0..n_out {
            let energy: f64 = mean_squares.iter().enumerate().map(|(n_in, square)| square * block.squared_weights(channel, n_in)).sum();
            let sum = MARGIN * ROUNDING * energy.sqrt();
            let [bias, scale, shift] = block.affine(channel);
            let value = sum * scale.abs() + FINISHING * ROUNDING * ((bias * scale).abs() + shift.abs());
            margins.sums.push(sum as f32);
            margins.values.push(if scale == 0.0 { 0.0 } else { value as f32 });
        }
        margins
    }

    /// The margins of a block for an input 1×C×n×H×W on a device, worked out there: those of sums, then those of values, both followed by
    /// zeros up to `n_lanes`.
    pub fn on_device(block: &PreciseBlock, x: &Tensor<5>, n_lanes: usize) -> Tensor<1> {
        let ([_, n_in, rows, height, width], device) = (x.dims(), x.device());
        let n_out = block.n_out();
        let mut weights = vec![0.0; n_lanes * n_in];
        let mut scales = vec![0.0; n_lanes];
        let mut finishing = vec![0.0; n_lanes];
        for channel in 0..n_out {
            for (n_in_channel, to) in weights[channel * n_in..].iter_mut().take(n_in).enumerate() {
                *to = block.squared_weights(channel, n_in_channel) as f32;
            }
            let [bias, scale, shift] = block.affine(channel);
            scales[channel] = scale.abs() as f32;
            finishing[channel] = if scale == 0.0 { 0.0 } else { (FINISHING * ROUNDING * ((bias * scale).abs() + shift.abs())) as f32 };
        }
        let n_each = (rows * height * width).max(1) as f32;
        let flat = x.clone().reshape([n_in, rows * height * width]);
        let mean_squares: Tensor<2> = (flat.clone() * flat).sum_dim(1).div_scalar(n_each);
        let weights: Tensor<2> = Tensor::from_data(TensorData::new(weights, [n_lanes, n_in]), &device);
        let per_channel = |values: Vec<f32>| Tensor::<1>::from_data(TensorData::new(values, [n_lanes]), &device);
        let energy = weights.matmul(mean_squares).reshape([n_lanes]);
        let sums = energy.sqrt().mul_scalar(MARGIN * ROUNDING);
        let values = sums.clone() * per_channel(scales) + per_channel(finishing);
        Tensor::cat(vec![sums, values], 0)
    }

    /// The margins as the kernels take them.
    pub fn as_margins(&self) -> Margins<'_> {
        Margins { sums: &self.sums, values: &self.values }
    }

    /// How far normalised values of a channel must lie apart that were computed in float64 from the rounded output of `n_blocks` blocks.
    pub fn inherited(&self, channel: usize, n_blocks: usize) -> f64 {
        INHERITED[usize::from(n_blocks > 1)] * f64::from(self.values[channel])
    }
}

/// The mean square of each of `n_channels` channels, one after the other.
fn mean_squares(values: &[f32], n_channels: usize) -> Vec<f64> {
    let n_each = (values.len() / n_channels.max(1)).max(1);
    values.chunks_exact(n_each).map(|channel| sum_of_squares(channel) / n_each as f64).collect()
}

/// The sum of squares, in parts, so that the additions need not wait for each other.
fn sum_of_squares(values: &[f32]) -> f64 {
    const PARTS: usize = 8;
    let mut sums = [0.0_f64; PARTS];
    let (chunks, rest) = values.as_chunks::<PARTS>();
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, &value)| *sum += f64::from(value) * f64::from(value));
    }
    sums.iter().sum::<f64>() + rest.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>()
}
