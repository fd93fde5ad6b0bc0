//! The backward pass through a convolution that leaves no voxel out: another convolution, with the kernel mirrored.

use super::convolution::PackedConvolution;
use super::geometry::Geometry;
use crate::kernels::parameters::{BlockParameters, Rectifier};

/// The convolution of output gradients that gives input gradients: `n_out` channels in, `n_in` out, no bias, no normalisation.
pub fn mirrored(geometry: &Geometry, weight: &[f32]) -> PackedConvolution {
    let (n_in, n_out, n_taps) = (geometry.n_in, geometry.n_out, geometry.n_taps());
    let parameters = BlockParameters {
        n_in: n_out,
        n_out: n_in,
        n_axes: if geometry.is_flat() { 2 } else { 3 },
        stride: 1,
        pool: false,
        weight: mirrored_weights([n_out, n_in], n_taps, weight),
        bias: vec![0.0; n_in],
        scale: vec![1.0; n_in],
        shift: vec![0.0; n_in],
        rectifier: Rectifier::None,
    };
    PackedConvolution::direct(Geometry::of(&parameters), &parameters)
}

/// Weights `n_out × n_in × taps` as `n_in × n_out × taps`, every kernel mirrored.
pub fn mirrored_weights([n_out, n_in]: [usize; 2], n_taps: usize, weight: &[f32]) -> Vec<f32> {
    let mut mirrored = vec![0.0; weight.len()];
    for output in 0..n_out {
        for input in 0..n_in {
            for tap in 0..n_taps {
                mirrored[(input * n_out + output) * n_taps + n_taps - 1 - tap] = weight[(output * n_in + input) * n_taps + tap];
            }
        }
    }
    mirrored
}
