//! Residual blocks on the CPU: `pool(f₂(gate · norm₂(w₂ ∗ f₁(norm₁(w₁ ∗ x))) + shortcut(x)))`, a few planes at a time.
//!
//! Of what lies between the block's input and its pooled output only the planes exist that are being worked on, in rings
//! (`ring.rs`). The one exception is the branch of a squeeze-excitation block while its channels' means are not known
//! yet. In the backward pass, all that is needed of the forward pass is the input, the output and one byte for each of the
//! output's values: the hidden layer is computed once more, and the derivative of a function follows from what it gave.
//!
//! Neither threads nor the number of planes worked on at once changes a result: every value is one sum in one order.

mod activation;
mod backward;
mod block;
mod forward;
mod image;
mod input_planes;
mod join;
mod pieces;
mod place;
mod pointwise;
mod ring;

pub use backward::{Backward, Excited, PooledGradient, excitation_gradient};
pub use block::{CpuResidual, ResidualParameters};
pub use forward::Forward;
pub use join::Pooled;
pub use pieces::{GradientInputs, Way};
