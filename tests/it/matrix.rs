//! A matrix times a vector on the CPU, against float64.

use maplens::kernels::cpu::matrix::{add_row_times, times_column};

use crate::noise::Noise;

/// Sums of up to two thousand products of magnitude one, in units of the largest result: sixteen partial sums forwards, one backwards.
const FLOAT32: f64 = 3e-6;

/// Rows and columns: one, fewer and more than vectors, with rests of every kind.
const SHAPES: [[usize; 2]; 7] = [[1, 1], [3, 5], [2, 16], [50, 33], [17, 1024], [9, 2051], [1300, 47]];

#[test]
fn products_are_what_their_definition_says() {
    for [n_rows, n_columns] in SHAPES {
        let mut noise = Noise(n_columns as u64);
        let (weight, x) = (noise.values(n_rows * n_columns), noise.values(n_columns));
        let gradient = half_open(&mut noise, n_rows);
        let product = |row: usize, column: usize| f64::from(weight[row * n_columns + column]);
        let forwards: Vec<f64> = (0..n_rows).map(|row| (0..n_columns).map(|at| product(row, at) * f64::from(x[at])).sum()).collect();
        let backwards = |at: usize| (0..n_rows).map(|row| product(row, at) * f64::from(gradient[row])).sum::<f64>();
        let (y, dx) = computed(&weight, &x, &gradient);
        assert_close(&y, &forwards, "forwards");
        assert_close(&dx, &(0..n_columns).map(backwards).collect::<Vec<_>>(), "backwards");
    }
}

#[test]
fn products_do_not_depend_on_threads() {
    for [n_rows, n_columns] in SHAPES {
        let mut noise = Noise(7);
        let (weight, x) = (noise.values(n_rows * n_columns), noise.values(n_columns));
        let gradient = half_open(&mut noise, n_rows);
        let on = |n_threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| computed(&weight, &x, &gradient))
        };
        assert!(on(1) == on(2) && on(1) == on(7), "{n_rows}×{n_columns}");
    }
}

/// Every other gradient is zero, as behind a rectifier.
fn half_open(noise: &mut Noise, n: usize) -> Vec<f32> {
    noise.values(n).iter().enumerate().map(|(index, value)| if index % 2 == 0 { *value } else { 0.0 }).collect()
}

fn computed(weight: &[f32], x: &[f32], gradient: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let (mut y, mut dx) = (vec![f32::NAN; gradient.len()], vec![0.0; x.len()]);
    times_column(weight, x, &mut y);
    add_row_times(weight, gradient, &mut dx);
    (y, dx)
}

fn assert_close(found: &[f32], expected: &[f64], what: &str) {
    let scale = expected.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
    let worst = found.iter().zip(expected).map(|(&f, &e)| (f64::from(f) - e).abs() / scale).fold(0.0, f64::max);
    assert!(found.iter().all(|value| value.is_finite()) && worst <= FLOAT32, "{what}: off by {worst:e}");
}
