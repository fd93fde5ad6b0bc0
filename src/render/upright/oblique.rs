//! An oblique volume → an upright one around it, as nilearn's `resample_img` with a diagonal target affine.

use super::spline::Spline;
use super::too_large::TooLarge;
use crate::volume::{Affine, MAX_VOXELS, Volume};

/// Resamples onto voxels of about the same size, in the smallest box that holds all voxel centres. Outside the grid is 0.
pub(super) fn resampled(volume: &Volume, nearest: bool) -> Result<Volume, TooLarge> {
    let (shape, world_from_voxel) = target(volume);
    if shape.iter().try_fold(1_usize, |n, &length| n.checked_mul(length)).is_none_or(|n| n > MAX_VOXELS) {
        return Err(TooLarge { shape });
    }
    // A volume's affine is invertible: the readers refuse others.
    let own_from_world = volume.world_from_voxel().inverse().unwrap_or(Affine::IDENTITY);
    let own_from_target = own_from_world.compose(&world_from_voxel);
    let spline = (!nearest).then(|| Spline::of(volume));
    let mut data = Vec::with_capacity(shape.iter().product());
    for x in 0..shape[0] {
        for y in 0..shape[1] {
            for z in 0..shape[2] {
                let voxel = own_from_target.apply([x as f64, y as f64, z as f64]);
                data.push(match &spline {
                    Some(spline) => spline.at(voxel),
                    None => nearest_at(volume, voxel),
                });
            }
        }
    }
    Ok(Volume::new(shape, data, world_from_voxel).unwrap_or_else(|_| volume.clone()))
}

/// Shape and affine of the upright box.
fn target(volume: &Volume) -> ([usize; 3], Affine) {
    let steps = target_steps(volume.world_from_voxel());
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for corner in 0..8_usize {
        let last = |axis: usize| if corner >> axis & 1 == 1 { volume.shape()[axis] as f64 - 1.0 } else { 0.0 };
        let point = volume.world_from_voxel().apply([last(0), last(1), last(2)]);
        for axis in 0..3 {
            let coordinate = point[axis] / steps[axis];
            (low[axis], high[axis]) = (low[axis].min(coordinate), high[axis].max(coordinate));
        }
    }
    let shape = [0, 1, 2].map(|axis| (high[axis] - low[axis]).ceil() as usize + 1);
    (shape, Affine::from_diagonal(steps, [0, 1, 2].map(|axis| low[axis] * steps[axis])))
}

/// The diagonal of R in the affine's QR decomposition, for each world axis that of the column of Q which runs along it most.
fn target_steps(world_from_voxel: &Affine) -> [f64; 3] {
    let column = |axis: usize| world_from_voxel.0.map(|row| row[axis]);
    let (mut q, mut r) = ([[0.0; 3]; 3], [0.0; 3]);
    for axis in 0..3 {
        let mut rest = column(axis);
        for earlier in &q[..axis] {
            let along: f64 = (0..3).map(|row| earlier[row] * rest[row]).sum();
            rest = [0, 1, 2].map(|row| rest[row] - along * earlier[row]);
        }
        r[axis] = rest.iter().map(|part| part * part).sum::<f64>().sqrt();
        q[axis] = rest.map(|part| part / r[axis]);
    }
    [0, 1, 2].map(|row| {
        let mut best = 0;
        for axis in 1..3 {
            if q[axis][row].abs() > q[best][row].abs() {
                best = axis;
            }
        }
        r[best]
    })
}

/// The value of the voxel nearest to continuous voxel coordinates; 0 outside the grid.
fn nearest_at(volume: &Volume, voxel: [f64; 3]) -> f32 {
    let inside = voxel.iter().zip(volume.shape()).all(|(&at, n)| at >= 0.0 && at <= n as f64 - 1.0);
    let index = voxel.map(|at| (at + 0.5).floor() as usize);
    if inside { volume.get(index).unwrap_or(0.0) } else { 0.0 }
}
