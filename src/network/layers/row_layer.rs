//! A layer of whose output each row depends on a few rows of the input.

use std::ops::Range;

use burn::tensor::{Bool, Tensor};

use super::activation::Slope;
use super::batch_norm::BatchNorm;
use super::convolution::Convolution;
use super::max_pool::{MaxPool, OUTSIDE};
use super::pad_max_pool::PadMaxPool;
use crate::kernels::Activation;

/// A layer on feature maps C×D×H×W that can be computed slab by slab. Networks of two axes have W = 1.
#[derive(Debug, Clone)]
pub enum RowLayer {
    /// Zero-padded convolution.
    Convolution(Box<Convolution>),
    /// Batch normalisation with running statistics.
    BatchNorm(Box<BatchNorm>),
    /// A function of single values.
    Activation(Activation),
    /// Front-padded maximum of blocks of two voxels per axis.
    PadMaxPool(PadMaxPool),
    /// Maximum of overlapping blocks of three voxels per axis.
    MaxPool(MaxPool),
}

/// The values of a layer's forward pass that its gradient needs.
#[derive(Debug, Clone)]
pub enum Kept {
    /// Empty: the layer is linear.
    Nothing,
    /// The derivative of an activation.
    Slope(Box<Slope<5>>),
    /// Which of neighbouring voxels won the maximum, the last axis first.
    Winners(Vec<Tensor<4, Bool>>),
}

impl RowLayer {
    /// Shape C×D×H×W of the output for an input of shape C×D×H×W. An axis that is too short for the layer becomes 0.
    pub fn output_shape(&self, input: [usize; 4]) -> [usize; 4] {
        match self {
            Self::Convolution(layer) => layer.output_shape(input),
            Self::PadMaxPool(layer) => layer.output_shape(input),
            Self::MaxPool(layer) => layer.output_shape(input),
            Self::BatchNorm(_) | Self::Activation(_) => input,
        }
    }

    /// The input rows on which `output` rows depend. Rows outside the input stand for padding with [`Self::outside`].
    pub fn input_rows(&self, output: Range<isize>, input: [usize; 4]) -> Range<isize> {
        match self {
            Self::Convolution(layer) => layer.window().input_rows(output),
            Self::PadMaxPool(layer) => layer.input_rows(output, input),
            Self::MaxPool(layer) => layer.window().input_rows(output),
            Self::BatchNorm(_) | Self::Activation(_) => output,
        }
    }

    /// The value of the padding around the input.
    pub fn outside(&self) -> f32 {
        match self {
            Self::MaxPool(_) => OUTSIDE,
            _ => 0.0,
        }
    }

    /// Output rows from [`Self::input_rows`], both 1×C×n×H×W.
    pub fn forward(&self, x: Tensor<5>) -> (Tensor<5>, Kept) {
        match self {
            Self::Convolution(layer) => (layer.forward(x), Kept::Nothing),
            Self::BatchNorm(layer) => (layer.forward(x), Kept::Nothing),
            Self::Activation(layer) => {
                let (y, slope) = layer.forward(x);
                (y, Kept::Slope(Box::new(slope)))
            }
            Self::PadMaxPool(layer) => {
                let (y, winners) = layer.forward(x);
                (y, Kept::Winners(winners))
            }
            Self::MaxPool(layer) => {
                let (y, winners) = layer.forward(x);
                (y, Kept::Winners(winners))
            }
        }
    }

    /// Gradient with respect to [`Self::input_rows`] from the gradient with respect to the output rows.
    /// `input` is the shape C×D×H×W of the whole input.
    pub fn input_gradient(&self, gradient: Tensor<5>, kept: &Kept, input: [usize; 4]) -> Tensor<5> {
        match (self, kept) {
            (Self::Convolution(layer), _) => layer.input_gradient(gradient, input),
            (Self::BatchNorm(layer), _) => layer.input_gradient(gradient),
            (Self::Activation(layer), Kept::Slope(slope)) => layer.input_gradient(gradient, slope),
            (Self::PadMaxPool(layer), Kept::Winners(winners)) => layer.input_gradient(gradient, winners, input),
            (Self::MaxPool(layer), Kept::Winners(winners)) => layer.input_gradient(gradient, winners, input),
            (Self::Activation(_) | Self::PadMaxPool(_) | Self::MaxPool(_), _) => {
                unreachable!("a layer is given the values that it kept itself")
            }
        }
    }

    /// Bytes of what the layer keeps of a whole input of this shape, where a truth value takes `truth_value_bytes`.
    pub fn kept_bytes(&self, input: [usize; 4], truth_value_bytes: u64) -> u64 {
        let n_values = input.iter().product::<usize>() as u64;
        match self {
            Self::Convolution(_) | Self::BatchNorm(_) => 0,
            Self::Activation(Activation::Elu) => n_values * size_of::<f32>() as u64,
            Self::Activation(Activation::Relu | Activation::LeakyRelu) => n_values * truth_value_bytes,
            // Each reduced axis leaves half of the values, and keeps one truth value for each that is left.
            Self::PadMaxPool(_) => n_values * truth_value_bytes,
            // Each reduced axis keeps two truth values for each value that is left.
            Self::MaxPool(_) => 2 * n_values * truth_value_bytes,
        }
    }

    /// Number of multiplications and additions for `n_rows` rows of an output of this shape.
    pub fn work(&self, output: [usize; 4], n_rows: usize) -> u64 {
        let values = (n_rows * output[0] * output[2] * output[3]) as u64;
        match self {
            Self::Convolution(layer) => values * layer.work_per_value(),
            Self::PadMaxPool(_) => values * 8,
            Self::MaxPool(_) => values * 27,
            Self::BatchNorm(_) | Self::Activation(_) => values,
        }
    }

    /// Most values that a row of one channel takes while an input of this shape is worked on, padding included.
    pub fn plane(&self, [_, _, height, width]: [usize; 4]) -> usize {
        let margin = if matches!(self, Self::MaxPool(_)) { 3 } else { 1 };
        (height + margin) * if width > 1 { width + margin } else { 1 }
    }

    /// Number of weights and biases.
    pub fn n_parameters(&self) -> u64 {
        match self {
            Self::Convolution(layer) => layer.n_parameters(),
            Self::BatchNorm(layer) => layer.n_parameters(),
            Self::Activation(_) | Self::PadMaxPool(_) | Self::MaxPool(_) => 0,
        }
    }
}
