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
        for &value in values {
            if value.is_finite() {
                min = min.min(value);
                max = max.max(value);
                sum += f64::from(value);
            } else if value.is_nan() {
                n_nan += 1;
            } else {
                n_infinite += 1;
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
