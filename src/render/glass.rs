//! The glass brain: all of a volume in one picture, the value of largest magnitude along each line of sight.

use super::{Orientation, Plane, PlaneGrid, WorldBounds};
use crate::volume::{Affine, Volume};

/// A projection of a volume on a plane that is being made, a piece at a time: a whole one takes longer than a frame.
pub struct Projection {
    grid: PlaneGrid,
    voxel_from_world: Affine,
    /// First sample of a line of sight, in millimetres along the plane's normal.
    first_mm: f64,
    /// Millimetres from one sample to the next.
    step_mm: f64,
    n_steps: usize,
    /// Values of the pixels that are done: columns from the left, each from below.
    values: Vec<f32>,
}

/// Thickness of a finished projection in millimetres: it shows wherever the crosshair is.
const THICKNESS_MM: f64 = 1e6;

/// Parts of a rotation below this are rounding: over a thousand voxels they come to a thousandth of one.
const NO_TURN: f64 = 1e-6;

impl Projection {
    /// Begins a projection; `None` where the volume has no place.
    ///
    /// Pixels are as wide as the smallest step between voxels, and each sample is a voxel's middle. Across an oblique grid both
    /// are half as wide, so that no voxel lies between the lines of sight.
    pub fn begin(volume: &Volume, plane: Plane) -> Option<Self> {
        let voxel_from_world = volume.world_from_voxel().inverse()?;
        let bounds = WorldBounds::of(volume);
        let share = if is_upright(&voxel_from_world) { 1.0 } else { 0.5 };
        let grid = PlaneGrid::covering(bounds, plane, share * smallest_step(volume.world_from_voxel()), Orientation::Neurological);
        let axis = plane.normal_axis();
        let voxels_per_mm = voxel_from_world.0.iter().map(|row| row[axis].abs()).fold(0.0, f64::max);
        let step_mm = share / voxels_per_mm;
        let n_steps = ((bounds.max[axis] - bounds.min[axis]) / step_mm - 1e-6).ceil().max(1.0) as usize;
        let values = Vec::with_capacity(grid.width * grid.height);
        Some(Projection { grid, voxel_from_world, first_mm: bounds.min[axis] + step_mm / 2.0, step_mm, n_steps, values })
    }

    /// Follows lines of sight until about `n_samples` voxels have been read; returns whether there is more to do.
    ///
    /// `volume` must be the one that was given to [`begin`](Self::begin). A value that is not a number is never the largest.
    pub fn goes_on(&mut self, volume: &Volume, n_samples: usize) -> bool {
        let PlaneGrid { width, height, .. } = self.grid;
        let end = (self.values.len() + n_samples.div_ceil(self.n_steps)).min(width * height);
        for pixel in self.values.len()..end {
            let (column, up) = (pixel / height, pixel % height);
            self.values.push(self.look([column as f64 + 0.5, (height - 1 - up) as f64 + 0.5], volume));
        }
        end < width * height
    }

    /// The projection as a volume of one thick slice, with the axes of the world, to be drawn as any other.
    pub fn finish(mut self) -> Option<Volume> {
        let PlaneGrid { plane, pixel_mm, width, height, .. } = self.grid;
        let (mut shape, mut steps) = ([1; 3], [pixel_mm; 3]);
        (shape[plane.right_axis()], shape[plane.up_axis()]) = (width, height);
        steps[plane.normal_axis()] = THICKNESS_MM;
        let first_pixel = self.grid.world_from_pixel([0.5, height as f64 - 0.5], 0.0);
        self.values.resize(width * height, 0.0);
        Volume::new(shape, self.values, Affine::from_diagonal(steps, first_pixel)).ok()
    }

    /// The value of largest magnitude along the line of sight through a pixel.
    fn look(&self, pixel: [f64; 2], volume: &Volume) -> f32 {
        let axis = self.grid.plane.normal_axis();
        let start = self.voxel_from_world.apply(self.grid.world_from_pixel(pixel, self.first_mm));
        let step = self.voxel_from_world.0.map(|row| row[axis] * self.step_mm);
        let mut largest = 0.0_f32;
        for index in 0..self.n_steps {
            let voxel: [f64; 3] = std::array::from_fn(|axis| start[axis] + step[axis] * index as f64 + 0.5);
            if voxel.iter().any(|&at| at < 0.0) {
                continue;
            }
            if let Some(value) = volume.get(voxel.map(|at| at as usize))
                && value.abs() > largest.abs()
            {
                largest = value;
            }
        }
        largest
    }
}

/// Whether the axes of the grid are those of the world, in any order and direction.
fn is_upright(voxel_from_world: &Affine) -> bool {
    voxel_from_world.0.iter().all(|row| {
        let largest = row[..3].iter().map(|part| part.abs()).fold(0.0, f64::max);
        row[..3].iter().filter(|part| part.abs() > NO_TURN * largest).count() == 1
    })
}

/// Millimetres from a voxel to its nearest neighbour along an axis of the grid.
fn smallest_step(world_from_voxel: &Affine) -> f64 {
    let length = |axis: usize| world_from_voxel.0.iter().map(|row| row[axis] * row[axis]).sum::<f64>().sqrt();
    length(0).min(length(1)).min(length(2))
}
