//! Whether an engine's map is PyTorch's.

use std::fs;
use std::path::Path;

use crate::run::Outcome;

/// Largest difference of a voxel, as a share of the map's largest value: float32 sums of tens of thousands of terms in another order.
const TOLERANCE: f64 = 1e-4;

/// Share of the voxels that may differ by more. Where two values of a pooling block differ by less than float32 resolves, the order
/// of summation decides which wins, and the map differs there (ARCHITECTURE.md, "Where float32 cannot decide").
const UNDECIDED: f64 = 0.01;

/// Least cosine of the angle between the maps, undecided voxels included.
const LEAST_COSINE: f64 = 0.9999;

/// How two maps compare.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Share of the voxels that differ by more than the tolerance.
    pub off: f64,
    /// Largest difference as a share of the largest expected value.
    pub worst: f64,
    /// Cosine of the angle.
    pub cosine: f64,
}

impl Comparison {
    /// Whether the engine computes what it should.
    pub fn is_right(&self) -> bool {
        self.off <= UNDECIDED && self.cosine >= LEAST_COSINE
    }
}

/// Compares two files of little-endian float32.
///
/// # Errors
/// If one cannot be read, or they differ in length.
pub fn compare(got: &Path, expected: &Path) -> Outcome<Comparison> {
    let (got, expected) = (floats(got)?, floats(expected)?);
    if got.len() != expected.len() {
        return Err(format!("a map of {} voxels instead of {}", got.len(), expected.len()));
    }
    Ok(compared(&got, &expected))
}

fn compared(got: &[f32], expected: &[f32]) -> Comparison {
    let pairs = || got.iter().zip(expected).map(|(a, b)| (f64::from(*a), f64::from(*b)));
    let largest = pairs().map(|(_, b)| b.abs()).fold(0.0, f64::max);
    // A NaN is not close to anything.
    let is_close = |(a, b): &(f64, f64)| (a - b).abs() <= TOLERANCE * largest;
    let n_off = pairs().filter(|pair| !is_close(pair)).count();
    let worst = pairs().map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / largest;
    let sum = |term: fn((f64, f64)) -> f64| pairs().map(term).sum::<f64>();
    let cosine = sum(|(a, b)| a * b) / (sum(|(a, _)| a * a) * sum(|(_, b)| b * b)).sqrt();
    Comparison { off: n_off as f64 / expected.len().max(1) as f64, worst, cosine }
}

fn floats(path: &Path) -> Outcome<Vec<f32>> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

#[cfg(test)]
mod tests {
    use super::compared;

    #[test]
    fn rounding_is_right_and_other_maps_are_wrong() {
        let expected: Vec<f32> = (0..1000).map(|index| (index as f32 * 0.37).sin()).collect();
        let rounded: Vec<f32> = expected.iter().map(|value| value + 1e-6).collect();
        let scaled: Vec<f32> = expected.iter().map(|value| value * 1.01).collect();
        assert!(compared(&rounded, &expected).is_right());
        assert!(!compared(&scaled, &expected).is_right());
        assert!(!compared(&vec![0.0; 1000], &expected).is_right());
        assert!(!compared(&vec![f32::NAN; 1000], &expected).is_right());
    }

    #[test]
    fn a_few_undecided_voxels_are_right() {
        let expected: Vec<f32> = (0..1000).map(|index| (index as f32 * 0.37).sin()).collect();
        let mut got = expected.clone();
        got[..5].iter_mut().for_each(|value| *value += 0.01);
        assert!(compared(&got, &expected).is_right());
        got[..50].iter_mut().for_each(|value| *value += 0.01);
        assert!(!compared(&got, &expected).is_right());
    }
}
