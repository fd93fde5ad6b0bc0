//! The layers: what each computes forwards, and how a gradient passes back through it.
//!
//! A saliency map needs the gradient of one logit with respect to feature maps, never with respect to weights. So each
//! layer has `forward` and `input_gradient` (its vector–Jacobian product) and keeps between the two only what the latter
//! needs. [`RowLayer`]s work on ranges of rows (see [`super::feature_maps`]); instance normalisation, squeeze-excitation and
//! the global average need all voxels at once.

mod activation;
mod average_pool;
mod batch_norm;
mod convolution;
mod instance_norm;
mod linear;
mod max_pool;
mod pad_max_pool;
mod row_layer;
mod sliding_window;
mod squeeze_excitation;

pub use crate::kernels::Activation;
pub use activation::Slope;
pub use average_pool::AveragePool;
pub use batch_norm::{BatchNorm, BatchNormParameters};
pub use convolution::Convolution;
pub use instance_norm::{InstanceNorm, KeptInstanceNorm};
pub use linear::Linear;
pub use max_pool::MaxPool;
pub use pad_max_pool::PadMaxPool;
pub use row_layer::{Kept, RowLayer};
pub use sliding_window::SlidingWindow;
pub use squeeze_excitation::{KeptExcitation, SqueezeExcitation};
