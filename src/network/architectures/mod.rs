//! The architectures of ClinicaDL that can be explained: their lists of layers and their state_dict keys.

mod architecture;
mod builder;
mod conv_fc3;
mod plan;
mod random;
mod residual_3d;
mod resnet18;
mod weights;

pub use architecture::{Architecture, SUPPORTED};
pub use builder::Built;
