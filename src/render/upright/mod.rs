//! A volume → the same on axes that run to the right, forward and up, as nilearn's `reorder_img` makes it.
//!
//! Flipped and permuted axes are only put in order: no value changes. An oblique grid is resampled onto an upright one of about
//! the same voxel size.

mod oblique;
mod spline;
mod too_large;

pub use too_large::TooLarge;

use std::borrow::Cow;

use crate::volume::{Affine, Volume};

/// A volume whose affine is diagonal and positive.
#[derive(Debug, Clone, PartialEq)]
pub struct Upright<'a>(Cow<'a, Volume>);

/// How values between voxels are found where a grid is oblique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpolation {
    /// Cubic splines, clipped to the range of the values and 0; nearest voxel in a volume of zeros and ones alone.
    Continuous,
    /// The nearest voxel.
    Nearest,
}

/// Parts of the affine's linear part up to this size count as 0 (nilearn's `reorder_img`).
const NEARLY_ZERO: f64 = 0.001;

impl<'a> Upright<'a> {
    /// Puts a volume upright; one that is upright already is borrowed.
    ///
    /// # Errors
    /// [`TooLarge`] for an oblique grid alone.
    pub fn of(volume: &'a Volume, interpolation: Interpolation) -> Result<Self, TooLarge> {
        let Some(axes) = world_axes(volume.world_from_voxel()) else {
            let nearest = interpolation == Interpolation::Nearest || is_binary(volume.data());
            return oblique::resampled(volume, nearest).map(|volume| Upright(Cow::Owned(volume)));
        };
        let steps = [0, 1, 2].map(|axis| volume.world_from_voxel().0[axis][axes.iter().position(|&own| own == axis).unwrap_or(axis)]);
        if axes == [0, 1, 2] && steps.iter().all(|&step| step > 0.0) {
            return Ok(Upright(Cow::Borrowed(volume)));
        }
        Ok(Upright(Cow::Owned(reordered(volume, axes, steps))))
    }

    /// The volume with voxels of its own, so that it outlives the one it was made of.
    pub fn into_owned(self) -> Upright<'static> {
        Upright(Cow::Owned(self.0.into_owned()))
    }

    /// The voxels; axes are x, y, z.
    pub fn volume(&self) -> &Volume {
        &self.0
    }

    /// Millimetres from one voxel to the next along x, y, z.
    pub fn steps(&self) -> [f64; 3] {
        [0, 1, 2].map(|axis| self.0.world_from_voxel().0[axis][axis])
    }

    /// Centre of the first voxel in millimetres.
    pub fn origin(&self) -> [f64; 3] {
        self.0.world_from_voxel().0.map(|row| row[3])
    }

    /// Centres of the first and the last voxel along an axis, in millimetres (nilearn's `get_bounds`).
    pub fn bounds(&self, axis: usize) -> [f64; 2] {
        let origin = self.origin()[axis];
        [origin, origin + self.steps()[axis] * (self.0.shape()[axis] as f64 - 1.0)]
    }

    /// Index of the voxel nearest to a position along an axis, half to even as numpy rounds; `None` outside.
    ///
    /// nilearn lets negative indices count from the end, and shows a slice of the other side of the head; nothing is shown here.
    pub fn index_at(&self, axis: usize, position_mm: f64) -> Option<usize> {
        let step = self.steps()[axis];
        let index = (position_mm * (1.0 / step) - self.origin()[axis] / step).round_ties_even();
        (index >= 0.0 && index < self.0.shape()[axis] as f64).then_some(index as usize)
    }
}

/// The world axis along which each voxel axis runs; `None` for an oblique grid.
fn world_axes(world_from_voxel: &Affine) -> Option<[usize; 3]> {
    let mut axes = [0; 3];
    for (voxel_axis, own) in axes.iter_mut().enumerate() {
        let mut along = (0..3).filter(|&axis| world_from_voxel.0[axis][voxel_axis].abs() > NEARLY_ZERO);
        *own = along.next()?;
        if along.next().is_some() {
            return None;
        }
    }
    (axes[0] != axes[1] && axes[0] != axes[2] && axes[1] != axes[2]).then_some(axes)
}

fn reordered(volume: &Volume, axes: [usize; 3], steps: [f64; 3]) -> Volume {
    let own_shape = volume.shape();
    let strides = [own_shape[1] * own_shape[2], own_shape[2], 1];
    let voxel_axis = [0, 1, 2].map(|axis| axes.iter().position(|&own| own == axis).unwrap_or(axis));
    let (shape, stride) = (voxel_axis.map(|axis| own_shape[axis]), voxel_axis.map(|axis| strides[axis]));
    let place = |axis: usize, index: usize| stride[axis] * if steps[axis] < 0.0 { shape[axis] - 1 - index } else { index };
    let mut data = Vec::with_capacity(volume.data().len());
    for x in 0..shape[0] {
        for y in 0..shape[1] {
            let row = place(0, x) + place(1, y);
            data.extend((0..shape[2]).map(|z| volume.data()[row + place(2, z)]));
        }
    }
    let translation = volume.world_from_voxel().0.map(|row| row[3]);
    let origin =
        |axis: usize| if steps[axis] < 0.0 { translation[axis] + steps[axis] * (shape[axis] as f64 - 1.0) } else { translation[axis] };
    let world_from_voxel = Affine::from_diagonal(steps.map(f64::abs), [0, 1, 2].map(origin));
    // As many values as before: the shape is only permuted.
    Volume::new(shape, data, world_from_voxel).unwrap_or_else(|_| volume.clone())
}

/// Whether there are zeros and ones, and nothing else (nilearn's `_is_binary_niimg`).
fn is_binary(values: &[f32]) -> bool {
    values.iter().all(|&value| value == 0.0 || value == 1.0) && values.contains(&0.0) && values.contains(&1.0)
}
