//! 3D convolution, kernel 3×3×3, zero padding 1, stride 1 or 2.

use std::ops::Range;

use burn::tensor::module::{conv_transpose3d, conv3d};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Device, Tensor, TensorData};

const KERNEL: usize = 3;
const PADDING: usize = 1;

/// Convolution 3×3×3 with bias (torch `Conv3d(kernel_size=3, padding=1)`), weights `out × in × 3 × 3 × 3`.
#[derive(Debug, Clone)]
pub struct Conv3d {
    weight: Tensor<5>,
    bias: Tensor<1>,
    stride: usize,
}

impl Conv3d {
    /// `weight` holds `out·in·27` values in C order, `bias` holds `out`; `stride` is the same along all axes.
    pub fn new(channels: [usize; 2], weight: Vec<f32>, bias: Vec<f32>, stride: usize, device: &Device) -> Self {
        let [n_out, n_in] = channels;
        let weight = Tensor::from_data(TensorData::new(weight, [n_out, n_in, KERNEL, KERNEL, KERNEL]), device);
        let bias = Tensor::from_data(TensorData::new(bias, [n_out]), device);
        Self { weight, bias, stride }
    }

    /// The name shown in the list of levels.
    pub fn name(&self) -> &'static str {
        match self.stride {
            1 => "convolution 3×3×3",
            _ => "convolution 3×3×3, stride 2",
        }
    }

    /// Channels change; each axis of n voxels becomes (n − 1) / stride + 1.
    pub fn output_shape(&self, input: [usize; 4]) -> [usize; 4] {
        let along = |n: usize| (n - 1) / self.stride + 1;
        [self.weight.dims()[0], along(input[1]), along(input[2]), along(input[3])]
    }

    /// One row of halo on either side.
    pub fn input_rows(&self, output: Range<isize>) -> Range<isize> {
        let (stride, padding) = (self.stride as isize, PADDING as isize);
        output.start * stride - padding..(output.end - 1) * stride - padding + KERNEL as isize
    }

    /// The rows given bring their own halo, so padding is added along the two other axes only.
    pub fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        let options = ConvOptions::new([self.stride; 3], [0, PADDING, PADDING], [1; 3], 1);
        conv3d(x, self.weight.clone(), Some(self.bias.clone()), options)
    }

    /// The transposed convolution of the gradient, over the rows with their halo.
    pub fn input_gradient(&self, gradient: Tensor<5>, input: [usize; 4]) -> Tensor<5> {
        let [_, _, _, height, width] = gradient.dims();
        let missing = |n_in: usize, n_out: usize| n_in - ((n_out - 1) * self.stride + KERNEL - 2 * PADDING);
        let padding_out = [0, missing(input[2], height), missing(input[3], width)];
        let options = ConvTransposeOptions::new([self.stride; 3], [0, PADDING, PADDING], padding_out, [1; 3], 1);
        conv_transpose3d(gradient, self.weight.clone(), None, options)
    }

    /// Multiplications and additions for one output value.
    pub fn work_per_value(&self) -> u64 {
        self.weight.dims()[1..].iter().product::<usize>() as u64
    }

    /// Weights and biases.
    pub fn n_parameters(&self) -> u64 {
        (self.weight.dims().iter().product::<usize>() + self.bias.dims()[0]) as u64
    }
}
