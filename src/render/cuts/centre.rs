//! The middle of the largest strong region, as nilearn's `find_xyz_cut_coords` finds it.

use crate::volume::Volume;
use crate::volume::components::Components;

/// Percentile of the non-zero magnitudes that counts as strong where no threshold is given.
const STRONG_PERCENT: f64 = 80.0;

/// From this many voxels on, the strongest part of the region is reduced to one component again.
const MANY_VOXELS: usize = 50;

/// World millimetres of the centre of mass of the largest 6-connected region whose magnitude exceeds `threshold`
/// (`None`: nilearn's 80th percentile of the non-zero magnitudes).
///
/// Where all voxels are 0 it is the place of voxel (0, 0, 0), where none exceeds the threshold the centre of mass of all.
/// Values must be finite.
pub fn find_xyz_cut_coords(map: &Volume, threshold: Option<f32>) -> [f64; 3] {
    let magnitudes: Vec<f32> = map.data().iter().map(|value| value.abs()).collect();
    let place = |voxel: [f64; 3]| map.world_from_voxel().apply(voxel);
    if magnitudes.iter().all(|&magnitude| magnitude == 0.0) {
        return place([0.0; 3]);
    }
    let limit = match threshold {
        // Twice the machine epsilon of the threshold's type, float64, and of float32 for a percentile of the map's values.
        Some(threshold) => (f64::from(threshold) - 2.0 * f64::EPSILON) as f32,
        None => strong(&magnitudes) - 2.0 * f32::EPSILON,
    };
    let mask: Vec<bool> = magnitudes.iter().map(|&magnitude| magnitude > limit).collect();
    let Some(region) = largest(&mask, map.shape()) else { return place(centre_of_mass(&magnitudes, map.shape())) };
    let inside = |mask: &[bool]| -> Vec<f32> { magnitudes.iter().zip(mask).map(|(&m, &inside)| if inside { m } else { 0.0 }).collect() };
    let n_voxels = region.iter().filter(|&&inside| inside).count();
    let signed: f64 = map.data().iter().zip(&region).filter(|(_, inside)| **inside).map(|(&value, _)| f64::from(value)).sum();
    let second_limit = (signed / n_voxels as f64).abs() as f32;
    let second: Vec<bool> = inside(&region).iter().map(|&magnitude| magnitude > second_limit).collect();
    let kept = if second.iter().filter(|&&inside| inside).count() > MANY_VOXELS {
        largest(&second, map.shape()).unwrap_or(region)
    } else {
        region
    };
    place(centre_of_mass(&inside(&kept), map.shape()))
}

/// The magnitude that counts as strong: element number ⌊0.8 n⌋ of the sorted non-zero magnitudes (nilearn's `fast_abs_percentile`).
fn strong(magnitudes: &[f32]) -> f32 {
    let mut kept: Vec<f32> = magnitudes.iter().copied().filter(|&magnitude| magnitude != 0.0).collect();
    let rank = (kept.len() as f64 * 0.01 * STRONG_PERCENT) as usize;
    match kept.len() {
        0 => 0.0,
        n => *kept.select_nth_unstable_by(rank.min(n - 1), f32::total_cmp).1,
    }
}

/// The largest 6-connected component of a mask.
fn largest(mask: &[bool], shape: [usize; 3]) -> Option<Vec<bool>> {
    let components = Components::of(mask, shape);
    let largest = components.largest()?;
    Some(components.labels.iter().map(|&label| label == largest).collect())
}

/// Voxel coordinates of the centre of mass.
fn centre_of_mass(magnitudes: &[f32], shape: [usize; 3]) -> [f64; 3] {
    let (mut total, mut sums) = (0.0, [0.0; 3]);
    for (row, values) in magnitudes.chunks_exact(shape[2].max(1)).enumerate() {
        for (k, &value) in values.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            let mass = f64::from(value);
            total += mass;
            sums[0] += mass * (row / shape[1]) as f64;
            sums[1] += mass * (row % shape[1]) as f64;
            sums[2] += mass * k as f64;
        }
    }
    sums.map(|sum| sum / total)
}
