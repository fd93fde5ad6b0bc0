//! The gradient with respect to a block's output, and what of it gets through rectifier and normalisation.

use crate::kernels::parameters::LEAK;
use crate::kernels::winner;

/// The gradient with respect to the output of a block, O×D'×H'×W', and one [`winner`] code for each of its values.
#[derive(Debug, Clone, Copy)]
pub struct OutputGradient<'a> {
    /// The gradient.
    pub values: &'a [f32],
    /// The codes that the forward pass wrote, which say where each value goes.
    pub winners: &'a [u8],
}

/// What of an output value's gradient gets through rectifier and normalisation: the gradient of the convolution's output at
/// the winning voxel. `code` is the value's [`winner`] code, `scale` that of its channel's normalisation.
#[inline(always)]
pub fn passed(gradient: f32, code: u8, scale: f32) -> f32 {
    // No branches: whether a rectifier is closed cannot be predicted.
    let is_closed = u32::from(code & winner::CLOSED != 0);
    let open = f32::from_bits(gradient.to_bits() & is_closed.wrapping_sub(1));
    let slope = if code & winner::LEAKS != 0 { LEAK } else { 1.0 };
    open * slope * scale
}
