//! The filter transform: the weights of a convolution as the products need them, `G g Gᵀ` and once more along the third axis.

use super::transform::{COMPONENTS, PLANE_COMPONENTS, REACH};
use crate::kernels::cpu::convolve::CHANNELS;

/// Voxels under the kernel.
const TAPS: usize = 27;

/// The matrix of the filter transform: how the three weights along an axis make four components.
const G: [[f64; 3]; REACH] = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.0, 0.0, 1.0]];

/// Transformed filters: groups of [`CHANNELS`] outputs, each `components × n_in × CHANNELS`; missing outputs are zero.
#[derive(Debug, Clone)]
pub struct TransformedFilters {
    values: Vec<f32>,
    n_in: usize,
}

impl TransformedFilters {
    /// Transforms weights `n_out × n_in × 3 × 3 × 3`. Sums are float64, so that each is rounded once.
    pub fn new(n_in: usize, weight: &[f32]) -> Self {
        let n_groups = (weight.len() / (n_in * TAPS)).div_ceil(CHANNELS);
        let mut values = vec![0.0; n_groups * COMPONENTS * n_in * CHANNELS];
        for (index, filter) in weight.chunks_exact(TAPS).enumerate() {
            let (output, input) = (index / n_in, index % n_in);
            for (component, value) in transform_filter(filter).into_iter().enumerate() {
                let at = (output / CHANNELS * COMPONENTS + component) * n_in + input;
                values[at * CHANNELS + output % CHANNELS] = value as f32;
            }
        }
        Self { values, n_in }
    }

    /// The filters of one group of output channels: `components × n_in × CHANNELS`.
    pub fn of_group(&self, group: usize) -> &[f32] {
        let n_each = COMPONENTS * self.n_in * CHANNELS;
        &self.values[group * n_each..(group + 1) * n_each]
    }
}

/// `G g` along all three axes of one filter of 3×3×3 weights.
fn transform_filter(filter: &[f32]) -> [f64; COMPONENTS] {
    std::array::from_fn(|component| {
        let [by_plane, by_row, by_column] = [component / PLANE_COMPONENTS, component / REACH % REACH, component % REACH].map(|at| G[at]);
        (0..TAPS).map(|tap| by_plane[tap / 9] * by_row[tap / 3 % 3] * by_column[tap % 3] * f64::from(filter[tap])).sum()
    })
}
