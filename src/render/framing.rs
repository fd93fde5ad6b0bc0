//! Which part of the head the planes show: zoom and pan.

use super::{Plane, WorldBounds};

/// The strongest zoom: voxels of 1 mm are then about 30 screen pixels wide.
pub const MAX_ZOOM: f64 = 16.0;

/// The part of `bounds` that is in sight: `1 / zoom` of it along each axis, around `center` as far as that stays inside,
/// moved as little as needed to hold `point`, with its edges on a raster of `step_mm` that begins at the box's corner, so
/// that a voxel's pixels stay whole.
pub fn framed(bounds: WorldBounds, zoom: f64, center: [f64; 3], point: [f64; 3], step_mm: f64) -> WorldBounds {
    let mut frame = bounds;
    if zoom <= 1.0 {
        return frame;
    }
    for axis in 0..3 {
        let (low, high) = (bounds.min[axis], bounds.max[axis]);
        let size = to_raster((high - low) / zoom.min(MAX_ZOOM), step_mm).clamp(step_mm, (high - low).max(step_mm));
        let around = center[axis] - size / 2.0;
        // The raster moves the box by up to half a step; the point stays a whole step from its edges.
        let around = around.min(point[axis] - step_mm).max(point[axis] + step_mm - size);
        let start = low + to_raster(around - low, step_mm);
        frame.min[axis] = start.min(high - size).max(low);
        frame.max[axis] = frame.min[axis] + size;
    }
    frame
}

/// The centre that keeps `fixed` where it is in the picture of a plane when the zoom grows by `factor`.
pub fn center_after_zoom(center: [f64; 3], fixed: [f64; 3], plane: Plane, factor: f64) -> [f64; 3] {
    let mut moved = center;
    for axis in [plane.right_axis(), plane.up_axis()] {
        moved[axis] = fixed[axis] + (center[axis] - fixed[axis]) / factor;
    }
    moved
}

/// A length rounded to whole steps.
fn to_raster(length: f64, step: f64) -> f64 {
    (length / step).round() * step
}
