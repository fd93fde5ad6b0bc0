//! A matrix times a vector, for fully connected layers: every weight is read once, rows one after the other, as they lie in memory.

use std::ops::Range;

use super::parallel::{Shared, in_pieces};
use super::simd::{self, Job, Simd};

/// Partial sums of a row, whatever the machine's vectors: results do not depend on their width.
const PARTS: usize = 16;

/// Rows that are read at once on the way back, at most: for each a gradient stays in a register.
const ROWS: usize = 8;

/// Columns of a piece of work.
const COLUMNS: usize = 1024;

/// `y = W·x` of a matrix `y.len() × x.len()`, rows one after the other: each sum is that of [`PARTS`] partial sums of every
/// sixteenth product, added in pairs.
pub fn times_column(weight: &[f32], x: &[f32], y: &mut [f32]) {
    assert_eq!(weight.len(), x.len() * y.len());
    let (n_rows, y) = (y.len(), Shared::new(y));
    in_pieces(0..n_rows, |rows| {
        // SAFETY: no other piece has these rows.
        let y = unsafe { y.part(rows.clone()) };
        simd::run(TimesColumn { weight: &weight[rows.start * x.len()..rows.end * x.len()], x, y });
    });
}

/// `x += Wᵀ·gradient` of a matrix `gradient.len() × x.len()`, rows one after the other; rows without gradient are not looked at.
pub fn add_row_times(weight: &[f32], gradient: &[f32], x: &mut [f32]) {
    assert_eq!(weight.len(), x.len() * gradient.len());
    let open: Vec<(usize, f32)> = gradient.iter().copied().enumerate().filter(|(_, gradient)| *gradient != 0.0).collect();
    let (n_columns, x) = (x.len(), Shared::new(x));
    in_pieces(0..n_columns.div_ceil(COLUMNS), |pieces| {
        let columns = pieces.start * COLUMNS..n_columns.min(pieces.end * COLUMNS);
        // SAFETY: no other piece has these columns.
        let x = unsafe { x.part(columns.clone()) };
        simd::run(AddRowTimes { weight, n_columns, open: &open, columns, x });
    });
}

struct TimesColumn<'a> {
    weight: &'a [f32],
    x: &'a [f32],
    y: &'a mut [f32],
}

impl Job for TimesColumn<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let n = self.x.len();
        for (rows, y) in self.weight.chunks(2 * n.max(1)).zip(self.y.chunks_mut(2)) {
            // SAFETY: the caller's.
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

/// Sums of a few rows, which read the same vector.
#[inline(always)]
unsafe fn sums<S: Simd, const N: usize>(rows: &[f32], x: &[f32]) -> [f32; N] {
    let whole = x.len() / PARTS * PARTS;
    let mut parts = [[0.0; PARTS]; N];
    // SAFETY: the caller's; there are N rows as long as the vector.
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

struct AddRowTimes<'a> {
    weight: &'a [f32],
    n_columns: usize,
    /// Rows that carry a gradient.
    open: &'a [(usize, f32)],
    columns: Range<usize>,
    x: &'a mut [f32],
}

impl Job for AddRowTimes<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(mut self) {
        let mut open = self.open;
        // SAFETY: the caller's.
        unsafe {
            while let Some((rows, rest)) = open.split_first_chunk::<ROWS>() {
                self.add::<S, ROWS>(rows);
                open = rest;
            }
            for row in open {
                self.add::<S, 1>(&[*row]);
            }
        }
    }
}

impl AddRowTimes<'_> {
    /// Adds a few rows, one after the other.
    #[inline(always)]
    unsafe fn add<S: Simd, const N: usize>(&mut self, rows: &[(usize, f32); N]) {
        let n = self.columns.len();
        let whole = n / S::N * S::N;
        let mut from = [&[][..]; N];
        for (from, (row, _)) in from.iter_mut().zip(rows) {
            *from = &self.weight[row * self.n_columns + self.columns.start..][..n];
        }
        // SAFETY: the caller's; all these are as long.
        unsafe {
            let mut gradients = [S::splat(0.0); N];
            for (vector, (_, gradient)) in gradients.iter_mut().zip(rows) {
                *vector = S::splat(*gradient);
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
            for (from, (_, gradient)) in from.iter().zip(rows) {
                self.x[at] += gradient * from[at];
            }
        }
    }
}
