//! The weights of a convolution, combined for tiles: `G g Gᵀ` along each axis.

use super::{COMPONENTS, REACH};
use crate::kernels::cpu::convolve::CHANNELS;

/// Voxels under the kernel.
const TAPS: usize = 27;

/// `G`: how the three weights along an axis are combined.
const COMBINED: [[f64; 3]; REACH] = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.0, 0.0, 1.0]];

/// Combined kernels: groups of [`CHANNELS`] outputs, each `components × n_in × CHANNELS`; missing outputs are zero.
#[derive(Debug, Clone)]
pub struct Kernels {
    values: Vec<f32>,
    n_in: usize,
}

impl Kernels {
    /// Combines weights `n_out × n_in × 3 × 3 × 3`. Sums are float64, so that each is rounded once.
    pub fn new(n_in: usize, weight: &[f32]) -> Self {
        let n_groups = (weight.len() / (n_in * TAPS)).div_ceil(CHANNELS);
        let mut values = vec![0.0; n_groups * COMPONENTS * n_in * CHANNELS];
        for (index, kernel) in weight.chunks_exact(TAPS).enumerate() {
            let (output, input) = (index / n_in, index % n_in);
            for (component, value) in combined(kernel).into_iter().enumerate() {
                let at = (output / CHANNELS * COMPONENTS + component) * n_in + input;
                values[at * CHANNELS + output % CHANNELS] = value as f32;
            }
        }
        Self { values, n_in }
    }

    /// Of one group of output channels.
    pub fn of_group(&self, group: usize) -> &[f32] {
        let n_each = COMPONENTS * self.n_in * CHANNELS;
        &self.values[group * n_each..(group + 1) * n_each]
    }
}

/// One kernel, along one axis after the other.
fn combined(kernel: &[f32]) -> [f64; COMPONENTS] {
    std::array::from_fn(|component| {
        let [by_plane, by_row, by_column] =
            [component / (REACH * REACH), component / REACH % REACH, component % REACH].map(|at| COMBINED[at]);
        (0..TAPS).map(|tap| by_plane[tap / 9] * by_row[tap / 3 % 3] * by_column[tap % 3] * f64::from(kernel[tap])).sum()
    })
}
