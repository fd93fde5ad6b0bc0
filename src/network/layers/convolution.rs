//! Convolution over two or three axes.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use burn::tensor::module::{conv_transpose3d, conv3d};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Device, Tensor, TensorData};

use super::sliding_window::SlidingWindow;
use crate::kernels::BlockCache;
use crate::network::feature_maps::slabs_of;

/// Convolution with zero padding (torch `Conv2d`, `Conv3d`), weights `out × in × kernel`.
#[derive(Debug, Clone)]
pub struct Convolution {
    weight: Arc<[f32]>,
    bias: Option<Arc<[f32]>>,
    window: SlidingWindow,
    n_in: usize,
    n_out: usize,
    /// Most output channels of a piece of weights on the device.
    max_channels: usize,
    device: Device,
    /// The weights on the device, for burn's operations; made when first needed.
    pieces: Arc<OnceLock<Vec<Piece>>>,
    /// The weights packed for kernels of our own.
    blocks: BlockCache,
}

/// Consecutive output channels, `n × in × kernel`, with their biases. The weights are in pieces so that none exceeds a
/// device's largest binding.
type Piece = (Tensor<5>, Option<Tensor<1>>);

impl Convolution {
    /// `weight` holds `out·in·kernel` values in C order, `bias` holds `out`; pieces have at most `max_channels` outputs.
    pub fn new(
        [n_out, n_in]: [usize; 2],
        window: SlidingWindow,
        weight: &[f32],
        bias: Option<&[f32]>,
        max_channels: usize,
        device: &Device,
    ) -> Self {
        let (weight, bias, device) = (weight.into(), bias.map(Into::into), device.clone());
        Self { weight, bias, window, n_in, n_out, max_channels, device, pieces: Arc::default(), blocks: BlockCache::default() }
    }

    fn pieces(&self) -> &[Piece] {
        self.pieces.get_or_init(|| slabs_of(0..self.n_out, self.max_channels).map(|channels| self.piece(channels)).collect())
    }

    fn piece(&self, channels: Range<usize>) -> Piece {
        let n_each = self.n_in * self.window.volume();
        let [k1, k2, k3] = self.window.kernel;
        let values = self.weight[channels.start * n_each..channels.end * n_each].to_vec();
        let data = TensorData::new(values, [channels.len(), self.n_in, k1, k2, k3]);
        let bias = self.bias.as_ref().map(|bias| Tensor::from_floats(&bias[channels], &self.device));
        (Tensor::from_data(data, &self.device), bias)
    }

    /// The weights, `out × in × kernel`, last axis fastest.
    pub fn weight(&self) -> &[f32] {
        &self.weight
    }

    /// The bias, one value per output channel.
    pub fn bias(&self) -> Option<&[f32]> {
        self.bias.as_deref()
    }

    /// Numbers of output and input channels.
    pub fn channels(&self) -> [usize; 2] {
        [self.n_out, self.n_in]
    }

    /// The device that it is computed on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The fused blocks that begin with this convolution.
    pub fn blocks(&self) -> &BlockCache {
        &self.blocks
    }

    /// The window that slides over the axes.
    pub fn window(&self) -> SlidingWindow {
        self.window
    }

    /// Shape C×D×H×W of the output: each axis counts windows.
    pub fn output_shape(&self, [_, d, h, w]: [usize; 4]) -> [usize; 4] {
        let [d, h, w] = self.window.count([d, h, w]);
        [self.n_out, d, h, w]
    }

    /// Output rows. The input rows include their halo, so padding is added along the two other axes only.
    pub fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        let [_, second, third] = self.window.padding;
        let options = || ConvOptions::new(self.window.stride, [0, second, third], [1; 3], 1);
        let outputs = self.pieces().iter().map(|(weight, bias)| conv3d(x.clone(), weight.clone(), bias.clone(), options()));
        joined(outputs.collect())
    }

    /// Gradient with respect to the input rows with their halo: the transposed convolution. `input` is the shape of the whole input.
    pub fn input_gradient(&self, gradient: Tensor<5>, input: [usize; 4]) -> Tensor<5> {
        let [_, _, _, height, width] = gradient.dims();
        let missing = [0, self.missing(1, input[2], height), self.missing(2, input[3], width)];
        let padding = [0, self.window.padding[1], self.window.padding[2]];
        let (gradient, stride) = match self.leaves_voxels_out() {
            true => (spread(gradient, self.window.stride), [1; 3]),
            false => (gradient, self.window.stride),
        };
        let options = || ConvTransposeOptions::new(stride, padding, missing, [1; 3], 1);
        let mut start = 0;
        let through = self.pieces().iter().map(|(weight, _)| {
            let n_channels = weight.dims()[0];
            let part = gradient.clone().narrow(1, start, n_channels);
            start += n_channels;
            conv_transpose3d(part, weight.clone(), None, options())
        });
        through.reduce(|sum, part| sum + part).expect("a convolution has an output channel")
    }

    /// Number of multiplications and additions for one output value.
    pub fn work_per_value(&self) -> u64 {
        (self.n_in * self.window.volume()) as u64
    }

    /// Number of weights and biases.
    pub fn n_parameters(&self) -> u64 {
        (self.weight.len() + self.bias.as_ref().map_or(0, |bias| bias.len())) as u64
    }

    /// Whether voxels lie between the windows. burn's transposed convolution gives zeros for these on GPUs (0.22.1), so the
    /// gradient is spread first.
    fn leaves_voxels_out(&self) -> bool {
        (0..3).any(|axis| self.window.kernel[axis] < self.window.stride[axis])
    }

    /// Voxels at the end of an axis of the input that no window covers.
    fn missing(&self, axis: usize, n_in: usize, n_out: usize) -> usize {
        let SlidingWindow { kernel, stride, padding } = self.window;
        n_in + 2 * padding[axis] - ((n_out - 1) * stride[axis] + kernel[axis])
    }
}

/// Puts stride − 1 zeros between neighbours along each axis.
fn spread(x: Tensor<5>, stride: [usize; 3]) -> Tensor<5> {
    (0..3).fold(x, |x, axis| spread_along(x, axis + 2, stride[axis]))
}

fn spread_along(x: Tensor<5>, dim: usize, stride: usize) -> Tensor<5> {
    let mut shape = x.dims();
    let n = shape[dim];
    if stride == 1 || n == 1 {
        return x;
    }
    let (before, after) = (shape[..dim].iter().product(), shape[dim + 1..].iter().product());
    let zeros = Tensor::zeros([before, n, stride - 1, after], &x.device());
    let pairs: Tensor<4> = Tensor::cat(vec![x.reshape([before, n, 1, after]), zeros], 2);
    shape[dim] = (n - 1) * stride + 1;
    pairs.reshape([before, n * stride, after]).narrow(1, 0, shape[dim]).reshape(shape)
}

fn joined(mut pieces: Vec<Tensor<5>>) -> Tensor<5> {
    match pieces.len() {
        1 => pieces.remove(0),
        _ => Tensor::cat(pieces, 1),
    }
}
