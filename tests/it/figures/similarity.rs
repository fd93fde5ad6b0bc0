//! Structural similarity (Wang et al. 2004) as scikit-image computes it by default: uniform 7×7 windows, sample covariance.

const WINDOW: usize = 7;
const K1: f64 = 0.01;
const K2: f64 = 0.03;
const RANGE: f64 = 255.0;

/// A part of an RGBA picture as greys, rows from the top.
pub struct Greys {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f64>,
}

/// Mean over all windows that lie inside both pictures, which have one size.
pub fn ssim(one: &Greys, other: &Greys) -> f64 {
    assert_eq!((one.width, one.height), (other.width, other.height));
    assert!(one.width >= WINDOW && one.height >= WINDOW);
    let (mut sum, mut n) = (0.0, 0.0);
    for y in 0..=one.height - WINDOW {
        for x in 0..=one.width - WINDOW {
            sum += of_window(one, other, x, y);
            n += 1.0;
        }
    }
    sum / n
}

fn of_window(one: &Greys, other: &Greys, x: usize, y: usize) -> f64 {
    let (mut sums, mut products) = ([0.0; 2], [0.0; 3]);
    for row in y..y + WINDOW {
        for index in row * one.width + x..row * one.width + x + WINDOW {
            let (a, b) = (one.values[index], other.values[index]);
            sums = [sums[0] + a, sums[1] + b];
            products = [products[0] + a * a, products[1] + b * b, products[2] + a * b];
        }
    }
    let n = (WINDOW * WINDOW) as f64;
    let [mean_a, mean_b] = sums.map(|sum| sum / n);
    let sample = n / (n - 1.0);
    let [var_a, var_b] = [sample * (products[0] / n - mean_a * mean_a), sample * (products[1] / n - mean_b * mean_b)];
    let covariance = sample * (products[2] / n - mean_a * mean_b);
    let (c1, c2) = ((K1 * RANGE).powi(2), (K2 * RANGE).powi(2));
    (2.0 * mean_a * mean_b + c1) * (2.0 * covariance + c2) / ((mean_a * mean_a + mean_b * mean_b + c1) * (var_a + var_b + c2))
}
