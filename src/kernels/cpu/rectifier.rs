//! What becomes of values that are not positive, a row at a time.

use crate::kernels::parameters::{LEAK, Rectifier};
use crate::kernels::winner;

/// Writes rectified values to `output`, and adds to their [`winner`] codes what the rectifier does to their gradients. Values closer to
/// zero than `margin` are marked as undecided, but for exact zeros: no rounding leads there.
#[inline(always)]
pub fn rectify(rectifier: Rectifier, values: &[f32], margin: f32, codes: &mut [u32], output: &mut [f32]) {
    let mark = |value: f32| if value.abs() < margin && value != 0.0 { u32::from(winner::UNDECIDED) } else { 0 };
    match rectifier {
        Rectifier::None => output.copy_from_slice(&values[..output.len()]),
        Rectifier::Relu => {
            for ((to, &value), code) in output.iter_mut().zip(values).zip(codes) {
                *to = if value > 0.0 { value } else { 0.0 };
                // Of a maximum that zero has won, the mark says whether it won by enough.
                let kept = if *code & u32::from(winner::CLOSED) != 0 { *code & u32::from(winner::UNDECIDED) } else { 0 };
                *code = if value > 0.0 { *code } else { u32::from(winner::CLOSED) | kept } | mark(value);
            }
        }
        Rectifier::Leaky => {
            for ((to, &value), code) in output.iter_mut().zip(values).zip(codes) {
                *to = if value > 0.0 { value } else { value * LEAK };
                *code = if value > 0.0 { *code } else { *code | u32::from(winner::LEAKS) } | mark(value);
            }
        }
    }
}
