//! Compares a tensor with the NIfTI image that it was made from: ClinicaDL computes on the tensor, whatever the NIfTI holds.

use std::fmt;

/// Differences up to this share of the largest intensity are rounding: tensors hold the image's float32 values, but versions
/// of nibabel scale integers in different precision.
const ROUNDING: f32 = 1e-5;

/// How two images of the same size differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Disagreement {
    /// Number of voxels that differ by more than rounding.
    pub n_differing: usize,
    /// Number of all voxels.
    pub n_voxels: usize,
    /// Largest difference as a share of the largest magnitude of either image; infinite where only one holds a number.
    pub largest: f32,
}

// `largest` is never NaN.
impl Eq for Disagreement {}

impl Disagreement {
    /// Compares voxel by voxel; `None` if the images agree up to rounding. Voxels that are no number agree with each other.
    pub fn between(one: &[f32], other: &[f32]) -> Option<Self> {
        let peak = one.iter().chain(other).filter(|value| value.is_finite()).fold(0_f32, |peak, value| peak.max(value.abs()));
        let bound = ROUNDING * peak;
        let (mut n_differing, mut largest) = (0, 0_f32);
        for (&one, &other) in one.iter().zip(other) {
            let difference = (one - other).abs();
            if difference <= bound || one == other || one.is_nan() && other.is_nan() {
                continue;
            }
            n_differing += 1;
            largest = largest.max(if difference.is_nan() { f32::INFINITY } else { difference / peak });
        }
        (n_differing > 0).then_some(Self { n_differing, n_voxels: one.len(), largest })
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { n_differing, n_voxels, largest } = self;
        if largest.is_finite() {
            write!(formatter, "{n_differing} of {n_voxels} voxels differ, by up to {largest:.3} of the largest intensity")
        } else {
            write!(formatter, "{n_differing} of {n_voxels} voxels differ, some of them a number in one of the two only")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn largest(one: &[f32], other: &[f32]) -> Option<(usize, f32)> {
        Disagreement::between(one, other).map(|found| (found.n_differing, found.largest))
    }

    #[test]
    fn rounding_is_no_disagreement() {
        assert_eq!(largest(&[0.0, 100.0, f32::NAN, f32::INFINITY], &[0.0009, 100.0, f32::NAN, f32::INFINITY]), None);
        assert_eq!(largest(&[], &[]), None);
        assert_eq!(largest(&[0.0; 3], &[0.0; 3]), None);
    }

    #[test]
    fn the_figure_is_a_share_of_the_largest_intensity() {
        assert_eq!(largest(&[1.0, 2.0, 4.0], &[1.0, 3.0, -4.0]), Some((2, 2.0)));
        assert_eq!(largest(&[1.0, f32::NAN], &[1.0, 2.0]), Some((1, f32::INFINITY)));
        assert_eq!(largest(&[f32::INFINITY], &[f32::NEG_INFINITY]), Some((1, f32::INFINITY)));
    }
}
