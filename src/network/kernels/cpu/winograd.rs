//! Four rows of a convolution with fewer products than it has taps: Winograd's minimal filtering F(2×2, 3×3).
//!
//! Two rows of two planes, those that are pooled together, look at four rows of four planes, and of these 36 products of
//! kernel columns share so much that 16 suffice: input rows are added to and subtracted from each other (`Bᵀ d B`), each of
//! the 16 results is convolved along the row with a column of the kernel that was combined beforehand (`G g Gᵀ`), and the
//! 16 sums are added up to four rows (`Aᵀ m A`). Lavin and Gray, Fast Algorithms for Convolutional Neural Networks (2016).
//! Along the row the convolution stays as it is.

use super::convolve::{self, CHANNELS, Finish, LANES, TILE};
use super::simd::{Simd, Vector};

/// Planes, and rows, that a pair of them looks at.
pub const REACH: usize = 4;

/// Combined rows.
pub const COMPONENTS: usize = REACH * REACH;

/// Columns of a kernel.
const COLUMNS: usize = 3;

/// Combined kernels: groups of [`CHANNELS`] outputs, each `components × n_in × columns × CHANNELS`.
#[derive(Debug, Clone)]
pub struct Kernels {
    weight: Vec<f32>,
    n_in: usize,
}

/// Combined rows of all channels: `components × n_in × row_len`.
#[derive(Debug, Default)]
pub struct Rows {
    values: Vec<f32>,
    row_len: usize,
    /// Where the values under a kernel's columns lie, of all channels.
    taps: Vec<u32>,
}

impl Kernels {
    /// Combines weights `n_out × n_in × 3 × 3 × 3`. Sums are float64, so that each is rounded once.
    pub fn new(n_in: usize, weight: &[f32]) -> Self {
        let per_output = n_in * REACH_TAPS;
        let groups = (weight.len() / per_output).div_ceil(CHANNELS);
        let mut combined = vec![0.0; groups * COMPONENTS * n_in * COLUMNS * CHANNELS];
        for (index, kernel) in weight.chunks_exact(REACH_TAPS).enumerate() {
            let (output, input) = (index / n_in, index % n_in);
            for column in 0..COLUMNS {
                let of_column = |plane: usize, row: usize| f64::from(kernel[(plane * 3 + row) * 3 + column]);
                for component in 0..COMPONENTS {
                    let [by_plane, by_row] = [component / REACH, component % REACH].map(|at| COMBINED_KERNEL[at]);
                    let sum: f64 = (0..9).map(|tap| by_plane[tap / 3] * by_row[tap % 3] * of_column(tap / 3, tap % 3)).sum();
                    let group = (output / CHANNELS * COMPONENTS + component) * n_in + input;
                    combined[(group * COLUMNS + column) * CHANNELS + output % CHANNELS] = sum as f32;
                }
            }
        }
        Self { weight: combined, n_in }
    }
}

/// Values of a kernel.
const REACH_TAPS: usize = 27;

/// `G`: how a kernel's three rows are combined.
const COMBINED_KERNEL: [[f64; 3]; REACH] = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.0, 0.0, 1.0]];

impl Rows {
    /// Room for rows of `n_in` channels, of which `row_len` values are read from the slab.
    pub fn new(n_in: usize, row_len: usize) -> Self {
        let row_len = row_len.next_multiple_of(LANES / TILE);
        let taps = (0..n_in).flat_map(|channel| (0..COLUMNS).map(move |column| (channel * row_len + column) as u32)).collect();
        Self { values: vec![0.0; COMPONENTS * n_in * row_len + LANES], row_len, taps }
    }

    /// `Bᵀ d B`: combines the rows of one channel, `rows[4 · plane + row]`.
    ///
    /// # Safety
    /// As [`Simd`]; as many values as a row here has must be readable from each.
    #[inline(always)]
    pub unsafe fn combine<S: Simd>(&mut self, channel: usize, rows: &[*const f32; COMPONENTS]) {
        let n_in = self.values.len() / (COMPONENTS * self.row_len);
        let to = self.values[channel * self.row_len..].as_mut_ptr();
        let mut x = 0;
        while x < self.row_len {
            // SAFETY: the caller's; rows here are whole vectors.
            unsafe {
                // Loops, no closures: those are not compiled for the vectors of x86-64.
                let mut by_plane = [[S::splat(0.0); REACH]; REACH];
                for (row, ((a, b), (c, d))) in (rows[..4].iter().zip(&rows[4..8])).zip(rows[8..12].iter().zip(&rows[12..])).enumerate() {
                    let planes = combined([S::load(a.add(x)), S::load(b.add(x)), S::load(c.add(x)), S::load(d.add(x))]);
                    for (rows, value) in by_plane.iter_mut().zip(planes) {
                        rows[row] = value;
                    }
                }
                for (plane, rows) in by_plane.iter().enumerate() {
                    for (row, value) in combined(*rows).iter().enumerate() {
                        value.store(to.add((plane * REACH + row) * n_in * self.row_len + x));
                    }
                }
            }
            x += S::N;
        }
    }
}

/// `Bᵀ d`.
#[inline(always)]
unsafe fn combined<V: Vector>([a, b, c, d]: [V; REACH]) -> [V; REACH] {
    // SAFETY: the caller's.
    unsafe { [a.sub(c), b.add(c), c.sub(b), b.sub(d)] }
}

/// `Aᵀ m`.
#[inline(always)]
unsafe fn pair<V: Vector>([a, b, c, d]: [V; REACH]) -> [V; 2] {
    // SAFETY: the caller's.
    unsafe { [a.add(b).add(c), b.sub(c).sub(d)] }
}

/// Sums of a tile, before they are added up to rows: `components × CHANNELS × LANES`.
pub type Scratch = [f32; COMPONENTS * CHANNELS * LANES];

/// [`TILE`] vectors, from column `x` of the combined rows on, of the four rows of one group of channels: row
/// `2 · plane + row` goes to `out[2 · plane + row]`, channels [`LANES`] apart.
///
/// # Safety
/// As [`Simd`]. [`TILE`] vectors and two more values must be readable from `x` on.
#[inline(always)]
pub unsafe fn tile<S: Simd>(
    (kernels, group): (&Kernels, usize),
    (rows, x): (&Rows, usize),
    finish: &Finish,
    scratch: &mut Scratch,
    out: [Option<*mut f32>; 4],
) {
    let n_each = kernels.n_in * COLUMNS * CHANNELS;
    // SAFETY: the caller's; weights are whole groups.
    unsafe {
        let weight = kernels.weight[group * COMPONENTS * n_each..][..COMPONENTS * n_each].as_ptr();
        let from = rows.values[x..].as_ptr();
        for component in 0..COMPONENTS {
            let sums = convolve::sums::<S>(from.add(component * kernels.n_in * rows.row_len), &rows.taps, weight.add(component * n_each));
            for (output, sums) in sums.iter().enumerate() {
                for (index, sum) in sums.iter().enumerate() {
                    sum.store(scratch.as_mut_ptr().add((component * CHANNELS + output) * LANES + index * S::N));
                }
            }
        }
        finish_rows::<S>(scratch, finish, out);
    }
}

/// `Aᵀ m A`, then bias and normalisation.
#[inline(always)]
unsafe fn finish_rows<S: Simd>(scratch: &Scratch, finish: &Finish, out: [Option<*mut f32>; 4]) {
    for output in 0..CHANNELS {
        // SAFETY: the caller's.
        unsafe {
            let (bias, scale) = (S::splat(finish.bias[output]), S::splat(finish.scale[output]));
            let shift = S::splat(finish.shift[output]);
            let mut x = 0;
            while x < TILE * S::N {
                let from = scratch.as_ptr().add(output * LANES + x);
                let mut by_row = [[S::splat(0.0); REACH]; 2];
                for plane in 0..REACH {
                    let mut rows = [S::splat(0.0); REACH];
                    for (row, value) in rows.iter_mut().enumerate() {
                        *value = S::load(from.add((plane * REACH + row) * CHANNELS * LANES));
                    }
                    let sums = pair(rows);
                    for (planes, sum) in by_row.iter_mut().zip(sums) {
                        planes[plane] = sum;
                    }
                }
                for (row, planes) in by_row.iter().enumerate() {
                    for (plane, sum) in pair(*planes).iter().enumerate() {
                        if let Some(out) = out[2 * plane + row] {
                            sum.add(bias).mul(scale).add(shift).store(out.add(output * LANES + x));
                        }
                    }
                }
                x += S::N;
            }
        }
    }
}
