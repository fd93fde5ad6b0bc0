//! One plane of an upright volume, as nilearn's `CutAxes.transform_to_2d` cuts it.

use super::{FigureScale, Pixels, SliceNumbers};
use crate::render::{Plane, Upright};

/// Values of one slice.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaneSlice {
    /// Index of the slice along the plane's normal.
    pub index: usize,
    /// Voxels across.
    pub width: usize,
    /// Voxels down.
    pub height: usize,
    /// Rows from the top: the plane's up axis falls, its right axis grows within a row.
    pub values: Vec<f32>,
}

/// The slice nearest to a position along the plane's normal, or `None` outside the volume.
pub fn cut(upright: &Upright, plane: Plane, position_mm: f64) -> Option<PlaneSlice> {
    let (right, up, normal) = (plane.right_axis(), plane.up_axis(), plane.normal_axis());
    let index = upright.index_at(normal, position_mm)?;
    let (shape, data) = (upright.volume().shape(), upright.volume().data());
    let strides = [shape[1] * shape[2], shape[2], 1];
    let row = |down: usize| index * strides[normal] + (shape[up] - 1 - down) * strides[up];
    let values = (0..shape[up]).flat_map(|down| (0..shape[right]).map(move |across| data[row(down) + across * strides[right]])).collect();
    Some(PlaneSlice { index, width: shape[right], height: shape[up], values })
}

impl PlaneSlice {
    /// The slice in colours; hidden values are transparent.
    pub fn pixels(&self, scale: &FigureScale) -> Pixels {
        let pixel = |&value: &f32| scale.color(value).map_or([0; 4], |[red, green, blue]| [red, green, blue, 255]);
        Pixels { width: self.width, height: self.height, rgba: self.values.iter().flat_map(pixel).collect() }
    }

    /// Counts the voxels of the slice that `scale` shows.
    pub(super) fn numbers(&self, scale: &FigureScale) -> SliceNumbers {
        let mut numbers = SliceNumbers { n_voxels: self.values.len(), ..SliceNumbers::default() };
        for &value in self.values.iter().filter(|value| scale.shows(**value)) {
            let [low, high] = numbers.range.unwrap_or([value; 2]);
            numbers.range = Some([low.min(value), high.max(value)]);
            numbers.n_shown += 1;
        }
        numbers
    }
}

/// The pixels with left and right exchanged.
pub(super) fn mirrored(pixels: &Pixels) -> Pixels {
    let row = |row: &[u8]| row.chunks_exact(4).rev().flatten().copied().collect::<Vec<u8>>();
    let rgba = pixels.rgba.chunks_exact(pixels.width.max(1) * 4).flat_map(row).collect();
    Pixels { width: pixels.width, height: pixels.height, rgba }
}

/// Millimetres around all opaque voxels along x, y, z (nilearn's `get_mask_bounds`, which counts n voxels on n − 1 steps);
/// around all voxels where none is opaque, or where the scale hides nothing: so nilearn has its template, too, whose tight box
/// its placeholder class loses.
pub(super) fn tight_bounds(upright: &Upright, scale: &FigureScale) -> [[f64; 2]; 3] {
    if scale.fills_its_grid() {
        return [0, 1, 2].map(|axis| upright.bounds(axis));
    }
    let shape = upright.volume().shape();
    let (mut first, mut behind) = (shape, [0; 3]);
    for (row, values) in upright.volume().data().chunks_exact(shape[2].max(1)).enumerate() {
        let Some(start) = values.iter().position(|&value| scale.shows(value)) else { continue };
        let end = values.iter().rposition(|&value| scale.shows(value)).map_or(start, |last| last + 1);
        for (axis, (low, high)) in
            [(row / shape[1], row / shape[1] + 1), (row % shape[1], row % shape[1] + 1), (start, end)].into_iter().enumerate()
        {
            first[axis] = first[axis].min(low);
            behind[axis] = behind[axis].max(high);
        }
    }
    [0, 1, 2].map(|axis| {
        let [low, high] = upright.bounds(axis);
        let at = |index: usize| low + index as f64 * (high - low) / shape[axis] as f64;
        if behind == [0; 3] { [low, high] } else { [at(first[axis]), at(behind[axis])] }
    })
}
