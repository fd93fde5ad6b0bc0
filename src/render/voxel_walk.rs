//! The voxels below the pixels of a picture, row by row.

use super::PlaneGrid;
use crate::volume::{Affine, Volume};

/// Voxel coordinates along the rows of a picture: an affine map of an affine map is linear, so steps are added.
/// Half a voxel is added already, so that truncating rounds to the nearest.
pub(super) struct VoxelWalk {
    origin: [f64; 3],
    per_column: [f64; 3],
    per_row: [f64; 3],
}

/// A step along a voxel axis below this counts as none: over the widest picture it sums up to a few millionths of a voxel.
const NO_STEP: f64 = 1e-9;

impl VoxelWalk {
    /// The walk over the slice at `position_mm` along the grid's normal.
    pub fn new(grid: &PlaneGrid, position_mm: f64, voxel_from_world: &Affine) -> Self {
        let at = |column: f64, row: f64| voxel_from_world.apply(grid.world_from_pixel([column + 0.5, row + 0.5], position_mm));
        let origin = at(0.0, 0.0);
        let difference = |point: [f64; 3]| std::array::from_fn(|axis| point[axis] - origin[axis]);
        VoxelWalk { origin: origin.map(|c| c + 0.5), per_column: difference(at(1.0, 0.0)), per_row: difference(at(0.0, 1.0)) }
    }

    /// Calls `paint` for each pixel of a picture that shows a voxel, with the voxel's value; NaN counts as no voxel.
    #[inline(always)]
    pub fn each(&self, volume: &Volume, width: usize, pixels: &mut [u8], paint: impl Fn(f32, &mut [u8; 4])) {
        let mut values = vec![0.0; width];
        for (row, line) in pixels.chunks_exact_mut(width * 4).enumerate() {
            self.sample(volume, row as isize, 0, &mut values);
            for (pixel, &value) in line.as_chunks_mut::<4>().0.iter_mut().zip(&values) {
                if !value.is_nan() {
                    paint(value, pixel);
                }
            }
        }
    }

    /// The values below a row of pixels, the first of which is that of column `first`; NaN beside the volume. Rows and columns
    /// beside the picture are as good as those in it.
    pub fn sample(&self, volume: &Volume, row: isize, first: isize, line: &mut [f32]) {
        line.fill(f32::NAN);
        let (shape, start) = (volume.shape(), self.at(row as f64, first as f64));
        let strides = [shape[1] * shape[2], shape[2], 1];
        // Most grids are upright: one index changes along a row, the others are looked at once.
        let mut moving = (0..3).filter(|&axis| self.per_column[axis].abs() >= NO_STEP);
        match (moving.next(), moving.next()) {
            (Some(axis), None) => {
                let mut others = start;
                others[axis] = 0.0;
                if let Some(base) = index_of(others, shape) {
                    let along = (start[axis], self.per_column[axis]);
                    sample_along(&volume.data()[base..], (shape[axis], strides[axis]), along, line);
                }
            }
            _ => self.sample_across(volume, start, line),
        }
    }

    fn sample_across(&self, volume: &Volume, [mut i, mut j, mut k]: [f64; 3], line: &mut [f32]) {
        let [di, dj, dk] = self.per_column;
        for item in line {
            if let Some(&value) = index_of([i, j, k], volume.shape()).and_then(|index| volume.data().get(index)) {
                *item = value;
            }
            (i, j, k) = (i + di, j + dj, k + dk);
        }
    }

    fn at(&self, row: f64, column: f64) -> [f64; 3] {
        std::array::from_fn(|axis| self.origin[axis] + self.per_row[axis] * row + self.per_column[axis] * column)
    }
}

/// Reads voxels along one axis into `line`: `n` voxels lie `stride` values apart; the first item is at voxel coordinate `at`, the next a `step` further.
fn sample_along(data: &[f32], (n, stride): (usize, usize), (mut at, step): (f64, f64), line: &mut [f32]) {
    for item in line {
        // Neither negative coordinates nor NaN must truncate to 0.
        if at >= 0.0 && (at as usize) < n {
            *item = data.get(at as usize * stride).copied().unwrap_or(f32::NAN);
        }
        at += step;
    }
}

#[inline(always)]
fn index_of([i, j, k]: [f64; 3], shape: [usize; 3]) -> Option<usize> {
    // Negative and NaN coordinates must not truncate to 0.
    if !(i >= 0.0 && j >= 0.0 && k >= 0.0) {
        return None;
    }
    let (i, j, k) = (i as usize, j as usize, k as usize);
    (i < shape[0] && j < shape[1] && k < shape[2]).then(|| (i * shape[1] + j) * shape[2] + k)
}
