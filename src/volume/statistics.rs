//! Numbers over all voxels: for the record, for the display window and for detecting empty or broken maps.

/// Statistics over the finite values of some voxels; what is not finite is counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statistics {
    /// Number of values.
    pub n_values: usize,
    /// Smallest finite value; NaN where there is none.
    pub min: f32,
    /// Largest finite value; NaN where there is none.
    pub max: f32,
    /// Mean of the finite values, summed in float64; NaN where there is none.
    pub mean: f64,
    /// Largest magnitude of a finite value; 0 where there is none.
    pub max_abs: f32,
    /// Values that are not a number.
    pub n_nan: usize,
    /// Values that are plus or minus infinity.
    pub n_infinite: usize,
}

impl Statistics {
    /// One pass over `values`.
    pub fn of(values: &[f32]) -> Self {
        let (mut min, mut max, mut sum) = (f32::INFINITY, f32::NEG_INFINITY, 0.0);
        let (mut n_nan, mut n_infinite) = (0, 0);
        for part in values.chunks(PART) {
            let (low, high) = extremes(part);
            if low.is_finite() && high.is_finite() {
                (min, max, sum) = (min.min(low), max.max(high), sum + sum_of(part));
                continue;
            }
            for &value in part {
                if value.is_finite() {
                    (min, max, sum) = (min.min(value), max.max(value), sum + f64::from(value));
                } else if value.is_nan() {
                    n_nan += 1;
                } else {
                    n_infinite += 1;
                }
            }
        }
        let n_finite = values.len() - n_nan - n_infinite;
        let (min, max) = if n_finite == 0 { (f32::NAN, f32::NAN) } else { (min, max) };
        // f32::max ignores NaN.
        let max_abs = min.abs().max(max.abs()).max(0.0);
        Self { n_values: values.len(), min, max, mean: sum / n_finite as f64, max_abs, n_nan, n_infinite }
    }

    /// Whether every value is finite.
    pub fn is_finite(&self) -> bool {
        self.n_nan == 0 && self.n_infinite == 0
    }

    /// Whether every value is exactly 0: nothing to see.
    pub fn is_all_zero(&self) -> bool {
        self.is_finite() && self.max_abs == 0.0
    }
}

/// Values that are looked at together: if all are finite, as nearly always, in vectors.
const PART: usize = 4096;

/// The smallest and the largest value; NaN are beyond the infinities of their sign.
///
/// Compared are integers in the same order: compilers make vectors of these, not of floats, whose NaN are in their way.
fn extremes(values: &[f32]) -> (f32, f32) {
    // All but the sign of negative values is inverted; that is its own inverse.
    let turned = |bits: i32| bits ^ ((bits >> 31) & i32::MAX);
    let (mut low, mut high) = (i32::MAX, i32::MIN);
    for value in values {
        let key = turned(value.to_bits() as i32);
        (low, high) = (low.min(key), high.max(key));
    }
    let back = |key: i32| f32::from_bits(turned(key) as u32);
    (back(low), back(high))
}

/// The sum in float64, of four sums: one would have to wait for itself.
fn sum_of(values: &[f32]) -> f64 {
    let mut sums = [0.0; 4];
    let quads = values.chunks_exact(4);
    let rest: f64 = quads.remainder().iter().copied().map(f64::from).sum();
    for quad in quads {
        for (sum, &value) in sums.iter_mut().zip(quad) {
            *sum += f64::from(value);
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}
