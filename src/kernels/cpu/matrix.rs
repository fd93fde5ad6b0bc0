//! A matrix times a vector, for fully connected layers: every weight is read once, rows one after the other, as they lie in memory.

use std::ops::Range;

use super::parallel::{SharedSlice, in_pieces};
use super::simd::{self, Simd, VectorKernel};

/// Partial sums of a row, as many whatever the width of the machine's vectors, on which results therefore do not depend.
const PARTS: usize = 16;

/// Rows that the backward pass reads at once, at most: for each a gradient stays in a register.
const ROWS: usize = 8;

/// Columns of a piece of work of the backward pass.
const COLUMNS: usize = 1024;

/// Computes `y = W·x` for a matrix `y.len() × x.len()`, rows one after the other: each sum is that of 16 partial sums of every
/// sixteenth product, added in pairs.
///
/// # Panics
/// If the matrix does not have this shape.
pub fn times_column(weight: &[f32], x: &[f32], y: &mut [f32]) {
    assert_eq!(weight.len(), x.len() * y.len());
    let (n_rows, y) = (y.len(), SharedSlice::new(y));
    in_pieces(0..n_rows, |rows| {
        // SAFETY: pieces are disjoint, so that no other part has these rows.
        let y = unsafe { y.part(rows.clone()) };
        simd::run(TimesColumn { weight: &weight[rows.start * x.len()..rows.end * x.len()], x, y });
    });
}

/// Adds `Wᵀ·gradient` to `x` for a matrix `gradient.len() × x.len()`, rows one after the other; rows without gradient are not read.
///
/// # Panics
/// If the matrix does not have this shape.
pub fn add_row_times(weight: &[f32], gradient: &[f32], x: &mut [f32]) {
    assert_eq!(weight.len(), x.len() * gradient.len());
    let rows = gradient.iter().enumerate().map(|(row, &gradient)| RowGradient { row, gradient });
    let nonzero: Vec<RowGradient> = rows.filter(|row| row.gradient != 0.0).collect();
    let (n_columns, x) = (x.len(), SharedSlice::new(x));
    in_pieces(0..n_columns.div_ceil(COLUMNS), |pieces| {
        let columns = pieces.start * COLUMNS..n_columns.min(pieces.end * COLUMNS);
        // SAFETY: pieces are disjoint, so that no other part has these columns.
        let x = unsafe { x.part(columns.clone()) };
        simd::run(AddRowTimes { weight, n_columns, nonzero: &nonzero, columns, x });
    });
}

/// A row of the matrix, and the gradient with respect to its sum.
#[derive(Clone, Copy)]
struct RowGradient {
    row: usize,
    gradient: f32,
}

/// Multiplies neighbouring rows of a matrix by a vector.
struct TimesColumn<'a> {
    weight: &'a [f32],
    x: &'a [f32],
    y: &'a mut [f32],
}

impl VectorKernel for TimesColumn<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let n = self.x.len();
        for (rows, y) in self.weight.chunks(2 * n.max(1)).zip(self.y.chunks_mut(2)) {
            // SAFETY: the caller's machine has the instructions of `S`; `rows` are as many rows as `y` has values.
            unsafe {
                match y {
                    [first, second] => [*first, *second] = sums::<S, 2>(rows, self.x),
                    [last] => [*last] = sums::<S, 1>(rows, self.x),
                    _ => {}
                }
            }
        }
    }
}

/// The sums of `N` rows, which read the same vector.
///
/// # Safety
/// The machine has the instructions of `S`, and `rows` holds `N` rows as long as `x`.
#[inline(always)]
unsafe fn sums<S: Simd, const N: usize>(rows: &[f32], x: &[f32]) -> [f32; N] {
    let whole = x.len() / PARTS * PARTS;
    let mut parts = [[0.0; PARTS]; N];
    // SAFETY: the caller vouches for the instructions and for N rows as long as `x`, of which whole vectors below `whole` are read.
    unsafe {
        let mut vectors = [[S::splat(0.0); PARTS]; N];
        let n_vectors = PARTS / S::N;
        for at in (0..whole).step_by(PARTS) {
            for index in 0..n_vectors {
                let value = S::load(x.as_ptr().add(at + index * S::N));
                for (row, vectors) in vectors.iter_mut().enumerate() {
                    let weight = S::load(rows.as_ptr().add(row * x.len() + at + index * S::N));
                    vectors[index] = vectors[index].add_product(weight, value);
                }
            }
        }
        for (parts, vectors) in parts.iter_mut().zip(&vectors) {
            for (index, vector) in vectors[..n_vectors].iter().enumerate() {
                vector.store(parts.as_mut_ptr().add(index * S::N));
            }
        }
    }
    let mut sums = [0.0; N];
    for (row, sum) in sums.iter_mut().enumerate() {
        let rest = rows[row * x.len() + whole..].iter().zip(&x[whole..]);
        for (part, (weight, value)) in parts[row].iter_mut().zip(rest) {
            *part += weight * value;
        }
        *sum = added_up(parts[row]);
    }
    sums
}

/// The sum of partial sums, in pairs: each half is added to the other.
fn added_up(mut parts: [f32; PARTS]) -> f32 {
    let mut n = PARTS;
    while n > 1 {
        n /= 2;
        for part in 0..n {
            parts[part] += parts[part + n];
        }
    }
    parts[0]
}

/// Adds rows of a matrix, each times its gradient, to neighbouring columns of a vector.
struct AddRowTimes<'a> {
    weight: &'a [f32],
    n_columns: usize,
    /// The rows whose gradient is not zero.
    nonzero: &'a [RowGradient],
    columns: Range<usize>,
    x: &'a mut [f32],
}

impl VectorKernel for AddRowTimes<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(mut self) {
        let mut left = self.nonzero;
        // SAFETY: the caller's machine has the instructions of `S`.
        unsafe {
            while let Some((rows, rest)) = left.split_first_chunk::<ROWS>() {
                self.add::<S, ROWS>(rows);
                left = rest;
            }
            for row in left {
                self.add::<S, 1>(&[*row]);
            }
        }
    }
}

impl AddRowTimes<'_> {
    /// Adds `N` rows, one after the other to each value.
    ///
    /// # Safety
    /// The machine has the instructions of `S`.
    #[inline(always)]
    unsafe fn add<S: Simd, const N: usize>(&mut self, rows: &[RowGradient; N]) {
        let n = self.columns.len();
        let whole = n / S::N * S::N;
        let mut from = [&[][..]; N];
        for (from, row) in from.iter_mut().zip(rows) {
            *from = &self.weight[row.row * self.n_columns + self.columns.start..][..n];
        }
        // SAFETY: the caller's machine has the instructions of `S`; `x` and the slices of all rows have `n` values, of which whole vectors
        // below `whole` are read and written.
        unsafe {
            let mut gradients = [S::splat(0.0); N];
            for (vector, row) in gradients.iter_mut().zip(rows) {
                *vector = S::splat(row.gradient);
            }
            let to = self.x.as_mut_ptr();
            for at in (0..whole).step_by(S::N) {
                let mut sum = S::load(to.add(at));
                for (from, &gradient) in from.iter().zip(&gradients) {
                    sum = sum.add_product(gradient, S::load(from.as_ptr().add(at)));
                }
                sum.store(to.add(at));
            }
        }
        for at in whole..n {
            for (from, row) in from.iter().zip(rows) {
                self.x[at] += row.gradient * from[at];
            }
        }
    }
}
