//! From layers to fused blocks: which consecutive layers of a walk one kernel computes.
//!
//! The [`kernels`](crate::kernels) know no layers, and the layers know no kernels; this is where the two meet.

mod block;
mod residual;

pub use block::{block_of, layers_of_block, parameters_of};
pub use residual::ResidualBlock;
