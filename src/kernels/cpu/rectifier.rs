//! What becomes of values that are not positive, a row at a time.

use crate::kernels::parameters::{LEAK, Rectifier};
use crate::kernels::winner;

/// Writes rectified values to `output`, and adds to their [`winner`] codes what the rectifier does to their gradients.
#[inline(always)]
pub fn rectify(rectifier: Rectifier, values: &[f32], codes: &mut [u32], output: &mut [f32]) {
    match rectifier {
        Rectifier::None => output.copy_from_slice(&values[..output.len()]),
        Rectifier::Relu => {
            for ((to, &value), code) in output.iter_mut().zip(values).zip(codes) {
                *to = if value > 0.0 { value } else { 0.0 };
                *code = if value > 0.0 { *code } else { u32::from(winner::CLOSED) };
            }
        }
        Rectifier::Leaky => {
            for ((to, &value), code) in output.iter_mut().zip(values).zip(codes) {
                *to = if value > 0.0 { value } else { value * LEAK };
                *code = if value > 0.0 { *code } else { *code | u32::from(winner::LEAKS) };
            }
        }
    }
}
