//! The layers: what each computes forwards, and how a gradient passes back through it.
//!
//! A saliency map needs the gradient of one logit with respect to feature maps, never with respect to weights. So each
//! layer has `forward` and `input_gradient` (its vector–Jacobian product) and keeps between the two only what the latter
//! needs. Spatial layers work on ranges of rows (see [`super::feature_maps`]).

mod batch_norm;
mod conv3d;
mod linear;
mod pad_max_pool;
mod relu;

pub use batch_norm::{BatchNorm, BatchNormParameters};
pub use conv3d::Conv3d;
pub use linear::Linear;
pub use pad_max_pool::PadMaxPool;
pub use relu::Relu;

use std::ops::Range;

use burn::tensor::{Bool, Tensor};

/// A layer on feature maps C×D×H×W.
#[derive(Debug, Clone)]
pub enum SpatialLayer {
    /// Convolution 3×3×3, zero padding 1.
    Conv3d(Conv3d),
    /// Batch normalisation with running statistics.
    BatchNorm(BatchNorm),
    /// Rectifier.
    Relu(Relu),
    /// Front-padded 2×2×2 maximum.
    PadMaxPool(PadMaxPool),
}

/// What a spatial layer keeps of its forward pass for its backward pass.
#[derive(Debug, Clone)]
pub enum Kept {
    /// Nothing: the layer is linear.
    Nothing,
    /// Where the rectifier was open.
    Open(Box<Tensor<5, Bool>>),
    /// Which of two neighbours won, along the last, the second and the first spatial axis.
    Winners(Box<[Tensor<4, Bool>; 3]>),
}

impl SpatialLayer {
    /// The name shown in the list of levels.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Conv3d(layer) => layer.name(),
            Self::BatchNorm(_) => "batch normalisation",
            Self::Relu(_) => "ReLU",
            Self::PadMaxPool(_) => "max pooling 2×2×2",
        }
    }

    /// Shape C×D×H×W of the output for an input of shape C×D×H×W.
    pub fn output_shape(&self, input: [usize; 4]) -> [usize; 4] {
        match self {
            Self::Conv3d(layer) => layer.output_shape(input),
            Self::PadMaxPool(layer) => layer.output_shape(input),
            Self::BatchNorm(_) | Self::Relu(_) => input,
        }
    }

    /// The input rows on which `output` rows depend. Rows outside the input stand for zero padding.
    pub fn input_rows(&self, output: Range<isize>, input: [usize; 4]) -> Range<isize> {
        match self {
            Self::Conv3d(layer) => layer.input_rows(output),
            Self::PadMaxPool(layer) => layer.input_rows(output, input),
            Self::BatchNorm(_) | Self::Relu(_) => output,
        }
    }

    /// Output rows from [`Self::input_rows`], both 1×C×n×H×W.
    pub fn forward(&self, x: Tensor<5>) -> (Tensor<5>, Kept) {
        match self {
            Self::Conv3d(layer) => (layer.forward(x), Kept::Nothing),
            Self::BatchNorm(layer) => (layer.forward(x), Kept::Nothing),
            Self::Relu(layer) => layer.forward(x),
            Self::PadMaxPool(layer) => layer.forward(x),
        }
    }

    /// Gradient with respect to [`Self::input_rows`] from the gradient with respect to the output rows.
    /// `input` is the shape C×D×H×W of the whole input.
    pub fn input_gradient(&self, gradient: Tensor<5>, kept: &Kept, input: [usize; 4]) -> Tensor<5> {
        match (self, kept) {
            (Self::Conv3d(layer), _) => layer.input_gradient(gradient, input),
            (Self::BatchNorm(layer), _) => layer.input_gradient(gradient),
            (Self::Relu(layer), Kept::Open(open)) => layer.input_gradient(gradient, open),
            (Self::PadMaxPool(layer), Kept::Winners(winners)) => layer.input_gradient(gradient, winners, input),
            (Self::Relu(_) | Self::PadMaxPool(_), _) => unreachable!("a layer gets back what it kept itself"),
        }
    }

    /// Multiplications and additions for `n_rows` rows of an output of this shape.
    pub fn work(&self, output: [usize; 4], n_rows: usize) -> u64 {
        let values = (n_rows * output[0] * output[2] * output[3]) as u64;
        match self {
            Self::Conv3d(layer) => values * layer.work_per_value(),
            Self::PadMaxPool(_) => values * 8,
            Self::BatchNorm(_) | Self::Relu(_) => values,
        }
    }

    /// Number of weights.
    pub fn n_parameters(&self) -> u64 {
        match self {
            Self::Conv3d(layer) => layer.n_parameters(),
            Self::BatchNorm(layer) => layer.n_parameters(),
            Self::Relu(_) | Self::PadMaxPool(_) => 0,
        }
    }
}
