//! Statistics over all voxels, for the map's record, for the display window and for detecting empty or broken maps.

/// Statistics over the finite values of some voxels; values that are not finite are counted.
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
    /// The statistics of `values`, in one pass.
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

/// Number of values that are processed together: in vectors if all are finite, as nearly always.
const PART: usize = 4096;

/// The smallest and the largest value, where NaN lie beyond the infinity of their sign.
///
/// Values are compared as integers in the same order: compilers vectorise the minimum of integers, not that of floats, since
/// NaN need a special case.
fn extremes(values: &[f32]) -> (f32, f32) {
    // The bits below the sign of negative values are inverted, which orders all bit patterns; the map is its own inverse.
    let ordered = |bits: i32| bits ^ ((bits >> 31) & i32::MAX);
    let (mut low, mut high) = (i32::MAX, i32::MIN);
    for value in values {
        let key = ordered(value.to_bits() as i32);
        (low, high) = (low.min(key), high.max(key));
    }
    let back = |key: i32| f32::from_bits(ordered(key) as u32);
    (back(low), back(high))
}

/// The sum in float64. Four partial sums are added independently: one alone would wait for the result of each addition.
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
