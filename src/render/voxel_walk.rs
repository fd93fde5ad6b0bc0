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
    /// On the slice at `position_mm` along the grid's normal.
    pub fn new(grid: &PlaneGrid, position_mm: f64, voxel_from_world: &Affine) -> Self {
        let at = |column: f64, row: f64| voxel_from_world.apply(grid.world_from_pixel([column + 0.5, row + 0.5], position_mm));
        let origin = at(0.0, 0.0);
        let difference = |point: [f64; 3]| std::array::from_fn(|axis| point[axis] - origin[axis]);
        VoxelWalk { origin: origin.map(|c| c + 0.5), per_column: difference(at(1.0, 0.0)), per_row: difference(at(0.0, 1.0)) }
    }

    /// Hands each pixel whose centre lies in a voxel to `paint`, with that voxel's value.
    #[inline(always)]
    pub fn each(&self, volume: &Volume, width: usize, pixels: &mut [u8], paint: impl Fn(f32, &mut [u8; 4])) {
        for (row, line) in pixels.chunks_exact_mut(width * 4).enumerate() {
            self.visit(volume, row as isize, 0, line.as_chunks_mut::<4>().0, &paint);
        }
    }

    /// Hands each item of a row of pixels, the first of which is that of column `first`, to `take` with its voxel's value;
    /// items beside the volume are passed over. Rows and columns beside the picture are as good as those in it.
    ///
    /// This loop and what it calls are inlined whatever the build optimises for: a redraw is a hundred thousand turns of it
    /// for each layer.
    #[inline(always)]
    pub fn visit<T>(&self, volume: &Volume, row: isize, first: isize, line: &mut [T], take: impl Fn(f32, &mut T)) {
        let (shape, data) = (volume.shape(), volume.data());
        let [mut i, mut j, mut k] = self.at(row as f64, first as f64);
        let [di, dj, dk] = self.per_column;
        let mut along = |start: f64, step: f64, axis: usize, others: Option<usize>| {
            let Some(base) = others else { return };
            let (n, stride) = (shape[axis] as f64, [shape[1] * shape[2], shape[2], 1][axis]);
            let mut at = start;
            for item in &mut *line {
                // NaN is not in the range either.
                if at >= 0.0
                    && at < n
                    && let Some(&value) = data.get(base + at as usize * stride)
                {
                    take(value, item);
                }
                at += step;
            }
        };
        // Most grids are upright: one index changes along a row, the others are looked at once.
        let is_still = |step: f64| step.abs() < NO_STEP;
        match [is_still(di), is_still(dj), is_still(dk)] {
            [false, true, true] => along(i, di, 0, index_of([0.0, j, k], shape)),
            [true, false, true] => along(j, dj, 1, index_of([i, 0.0, k], shape)),
            [true, true, false] => along(k, dk, 2, index_of([i, j, 0.0], shape)),
            _ => {
                for item in line {
                    if let Some(&value) = index_of([i, j, k], shape).and_then(|index| data.get(index)) {
                        take(value, item);
                    }
                    (i, j, k) = (i + di, j + dj, k + dk);
                }
            }
        }
    }

    fn at(&self, row: f64, column: f64) -> [f64; 3] {
        std::array::from_fn(|axis| self.origin[axis] + self.per_row[axis] * row + self.per_column[axis] * column)
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
