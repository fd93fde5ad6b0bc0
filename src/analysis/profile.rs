//! A map → the magnitudes in each slice, along the three axes of the head.
//!
//! Slices are those of the map's own grid: nothing is resampled. Along an axis of the world they follow the grid's axis that runs
//! with it best, so an oblique grid's slices are as oblique as it is.

use serde::{Deserialize, Serialize};

use crate::volume::{Affine, Grid};

/// Magnitudes in the slices across one axis of RAS+ world space, in ascending millimetres.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// The axis of the grid (0 = i, 1 = j, 2 = k) along which the slices follow each other.
    pub voxel_axis: usize,
    /// Whether the first slice is the one with the largest index.
    pub is_reversed: bool,
    /// Where the middle of the first slice lies on the world's axis.
    pub first_mm: f64,
    /// Distance from one slice to the next on the world's axis; more than 0.
    pub step_mm: f64,
    /// Number of voxels of each slice.
    pub n_voxels: usize,
    /// Sum of the magnitudes of each slice.
    pub sums: Vec<f64>,
    /// Largest magnitude of each slice.
    pub largest: Vec<f32>,
}

impl Profile {
    /// Number of slices.
    pub fn n_slices(&self) -> usize {
        self.sums.len()
    }

    /// Mean magnitude of a slice, by its place in the order; 0 where there is none.
    pub fn mean(&self, place: usize) -> f64 {
        self.sums.get(place).map_or(0.0, |sum| sum / self.n_voxels.max(1) as f64)
    }

    /// Where the middle of a slice lies, by its place in the order.
    pub fn position_mm(&self, place: usize) -> f64 {
        self.first_mm + self.step_mm * place as f64
    }

    /// The index on the grid's axis of the slice at a place in the order. It is its own inverse: given an index, it is the place.
    pub fn turned(&self, place: usize) -> usize {
        if self.is_reversed { self.n_slices().saturating_sub(1 + place) } else { place }
    }

    /// The place of the slice that holds a point, given in voxels of the map (continuous, whole at the centres).
    pub fn place_of(&self, point_in_voxels: [f64; 3]) -> Option<usize> {
        let index = (point_in_voxels[self.voxel_axis] + 0.5).floor();
        (index >= 0.0 && index < self.n_slices() as f64).then(|| self.turned(index as usize))
    }

    fn turn(&mut self) {
        self.is_reversed = true;
        self.sums.reverse();
        self.largest.reverse();
    }
}

/// The profiles along x, y and z (sagittal, coronal and axial slices) of finite values, last axis fastest, in one pass; sums are float64.
pub fn profiles(values: &[f32], grid: &Grid) -> [Profile; 3] {
    let mut own = along_own_axes(values, grid.shape);
    let axes = voxel_axes(&grid.world_from_voxel);
    [0, 1, 2].map(|world_axis| {
        let voxel_axis = axes[world_axis];
        let profile = std::mem::take(&mut own[voxel_axis]);
        placed(profile, world_axis, voxel_axis, grid)
    })
}

/// The profiles along the grid's own axes, in the order of the indices, without millimetres.
fn along_own_axes(values: &[f32], shape: [usize; 3]) -> [Profile; 3] {
    let n_voxels: usize = shape.iter().product();
    let mut own = shape.map(|n_slices| Profile {
        n_voxels: n_voxels / n_slices.max(1),
        sums: vec![0.0; n_slices],
        largest: vec![0.0; n_slices],
        ..Profile::default()
    });
    let [first, second, third] = &mut own;
    let rows = values.chunks_exact(shape[2].max(1)).enumerate();
    for (number, row) in rows {
        let (i, j) = (number / shape[1], number % shape[1]);
        let (mut sum, mut largest) = (0.0, 0.0_f32);
        for ((value, column), top) in row.iter().zip(&mut third.sums).zip(&mut third.largest) {
            let magnitude = value.abs();
            sum += f64::from(magnitude);
            largest = largest.max(magnitude);
            *column += f64::from(magnitude);
            *top = top.max(magnitude);
        }
        for (profile, index) in [(&mut *first, i), (&mut *second, j)] {
            profile.sums[index] += sum;
            profile.largest[index] = profile.largest[index].max(largest);
        }
    }
    own
}

/// The profile along an axis of the world, in ascending millimetres, of the slices along `voxel_axis`.
fn placed(mut profile: Profile, world_axis: usize, voxel_axis: usize, grid: &Grid) -> Profile {
    let step = grid.world_from_voxel.0[world_axis][voxel_axis];
    if step < 0.0 {
        profile.turn();
    }
    let mut middle = grid.shape.map(|n| (n as f64 - 1.0) / 2.0);
    middle[voxel_axis] = profile.turned(0) as f64;
    let first_mm = grid.world_from_voxel.apply(middle)[world_axis];
    Profile { voxel_axis, first_mm, step_mm: step.abs(), ..profile }
}

/// For each axis of the world the grid's axis that goes with it: of the six ways to pair them, the one with the largest product of
/// the directions' cosines, so that each grid axis has a part in its world axis.
fn voxel_axes(world_from_voxel: &Affine) -> [usize; 3] {
    const PAIRINGS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    // Lengths of the columns are the same in all six.
    let product = |axes: &[usize; 3]| (0..3).map(|world| world_from_voxel.0[world][axes[world]].abs()).product::<f64>();
    PAIRINGS.into_iter().reduce(|best, other| if product(&other) > product(&best) { other } else { best }).unwrap_or([0, 1, 2])
}
