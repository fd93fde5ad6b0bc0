//! Cubic-spline interpolation of a volume, as `scipy.ndimage.affine_transform(order=3, mode="constant", cval=0)` has it.
//!
//! Coefficients come from a recursive filter along each axis (Unser 1999, "Splines: a perfect fit"), with mirrored ends.

use crate::volume::Volume;

/// The coefficients, and the range that interpolated values are clipped to: that of the volume's values and 0.
pub(super) struct Spline {
    coefficients: Vec<f64>,
    shape: [usize; 3],
    low: f32,
    high: f32,
}

impl Spline {
    /// Filters the values along all axes.
    pub fn of(volume: &Volume) -> Self {
        let shape = volume.shape();
        let mut coefficients: Vec<f64> = volume.data().iter().map(|&value| f64::from(value)).collect();
        let strides = [shape[1] * shape[2], shape[2], 1];
        for axis in 0..3 {
            filter_axis(&mut coefficients, shape[axis], strides[axis]);
        }
        let low = volume.data().iter().copied().fold(0.0, f32::min);
        let high = volume.data().iter().copied().fold(0.0, f32::max);
        Spline { coefficients, shape, low, high }
    }

    /// The value at continuous voxel coordinates; 0 outside the centres of the outermost voxels.
    pub fn at(&self, voxel: [f64; 3]) -> f32 {
        if !voxel.iter().zip(self.shape).all(|(&at, n)| at >= 0.0 && at <= n as f64 - 1.0) {
            return 0.0;
        }
        let [support_x, support_y, support_z] = [0, 1, 2].map(|axis| support(voxel[axis], self.shape[axis]));
        let mut sum = 0.0;
        for (x, weight_x) in support_x {
            for (y, weight_y) in support_y {
                let row = (x * self.shape[1] + y) * self.shape[2];
                let along: f64 = support_z.iter().map(|&(z, weight)| self.coefficients[row + z] * weight).sum();
                sum += weight_x * weight_y * along;
            }
        }
        (sum as f32).clamp(self.low, self.high)
    }
}

/// The four coefficients that reach a coordinate within 0 and n − 1, with their weights.
fn support(at: f64, n: usize) -> [(usize, f64); 4] {
    let first = at.floor() as isize - 1;
    std::array::from_fn(|tap| {
        let index = first + tap as isize;
        (mirrored(index, n), cubic((at - index as f64).abs()))
    })
}

/// The cubic B-spline at a distance from its middle.
fn cubic(distance: f64) -> f64 {
    if distance < 1.0 { (distance * distance * (distance - 2.0) * 3.0 + 4.0) / 6.0 } else { (2.0 - distance).max(0.0).powi(3) / 6.0 }
}

/// An index beyond the ends, mirrored at the first and the last voxel.
fn mirrored(index: isize, n: usize) -> usize {
    let period = 2 * (n as isize - 1);
    if period == 0 {
        return 0;
    }
    let within = index.rem_euclid(period);
    within.min(period - within) as usize
}

/// Filters all lines along an axis of `n` voxels that lie `stride` values apart.
fn filter_axis(values: &mut [f64], n: usize, stride: usize) {
    if n < 2 {
        return;
    }
    let mut line = vec![0.0; n];
    for block in values.chunks_exact_mut(n * stride) {
        for offset in 0..stride {
            for (index, value) in line.iter_mut().enumerate() {
                *value = block[offset + index * stride];
            }
            filter_line(&mut line);
            for (index, &value) in line.iter().enumerate() {
                block[offset + index * stride] = value;
            }
        }
    }
}

/// Turns the values of a line into spline coefficients: one causal and one anticausal pass of the cubic spline's pole.
fn filter_line(line: &mut [f64]) {
    let (pole, last) = (3.0_f64.sqrt() - 2.0, line.len() - 1);
    let gain = (1.0 - pole) * (1.0 - 1.0 / pole);
    line.iter_mut().for_each(|value| *value *= gain);
    let far = pole.powi(last as i32);
    let mut first = line[0] + far * line[last];
    let mut power = pole;
    for index in 1..last {
        first += power * (line[index] + far * line[last - index]);
        power *= pole;
    }
    line[0] = first / (1.0 - far * far);
    for index in 1..=last {
        line[index] += pole * line[index - 1];
    }
    line[last] = (pole * line[last - 1] + line[last]) * pole / (pole * pole - 1.0);
    for index in (0..last).rev() {
        line[index] = pole * (line[index + 1] - line[index]);
    }
}
