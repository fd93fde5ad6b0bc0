//! Cuts through the peaks of one direction, some way apart, as nilearn's `find_cut_slices` finds them.

use crate::render::figure::error::FigureError;
use crate::render::{Interpolation, Plane, Upright};
use crate::volume::Volume;

/// Weight of each of the six neighbours in nilearn's fast smoothing; the voxel itself has 1.
const NEIGHBOUR_WEIGHT: f32 = 0.2;

/// Factor that magnitudes around a peak are multiplied by once it was taken.
const TAKEN: f32 = 1e-3;

/// World millimetres of `n_cuts` cuts through peaks of the smoothed magnitude, in the order of the slices.
///
/// Peaks are at least half of (slices / cuts) apart; cuts that are then still missing are put where the magnitude's sum is
/// largest: in the widest gap, or two slices outside. More cuts than slices give every slice. Values must be finite.
///
/// # Errors
/// If no cut is asked for, or if an oblique grid cannot be put upright.
pub fn find_cut_slices(map: &Volume, plane: Plane, n_cuts: usize) -> Result<Vec<f64>, FigureError> {
    if n_cuts == 0 {
        return Err(FigureError::NoCuts);
    }
    let is_permuted = (0..3).any(|axis| map.world_from_voxel().0[axis][axis] == 0.0);
    let upright = if is_permuted { Some(Upright::of(map, Interpolation::Nearest)?) } else { None };
    let map = upright.as_ref().map_or(map, Upright::volume);
    let axis = plane.normal_axis();
    let n_slices = map.shape()[axis];
    let slices = if n_cuts > n_slices { (0..n_slices).collect() } else { peaks(map, axis, n_cuts) };
    let affine = map.world_from_voxel();
    Ok(slices.into_iter().map(|slice| affine.0[axis][axis] * slice as f64 + affine.0[axis][3]).collect())
}

/// Slices of the cuts, in ascending order.
fn peaks(map: &Volume, axis: usize, n_cuts: usize) -> Vec<usize> {
    let n_slices = map.shape()[axis];
    let spacing = ((0.5 / n_cuts as f64 * n_slices as f64) as usize).max(1);
    // The peak of a slice, and the place of its voxel: of equal peaks numpy's argmax takes the first voxel.
    let mut peaks = slice_peaks(map, axis);
    let mut cuts = Vec::new();
    for _ in 0..n_cuts {
        let mut best = 0;
        for slice in 1..n_slices {
            let (value, place) = peaks[slice];
            if value > peaks[best].0 || (value == peaks[best].0 && place < peaks[best].1) {
                best = slice;
            }
        }
        peaks[best.saturating_sub(spacing)..(best + spacing).min(n_slices)].iter_mut().for_each(|peak| peak.0 *= TAKEN);
        cuts.push(best);
    }
    cuts.sort_unstable();
    cuts.dedup();
    let sums = slice_sums(map, axis);
    while cuts.len() < n_cuts {
        cuts.push(another(&cuts, &sums));
        cuts.sort_unstable();
    }
    cuts
}

/// A further cut: of the slices two above, in the middle of the widest gap and two below the one with the largest sum.
fn another(cuts: &[usize], sums: &[f64]) -> usize {
    let (first, last) = (cuts.first().copied().unwrap_or(0), cuts.last().copied().unwrap_or(0));
    let mut candidates = vec![last + 2];
    let mut widest: Option<(usize, usize)> = None;
    for pair in cuts.windows(2) {
        if widest.is_none_or(|(low, high)| pair[1] - pair[0] > high - low) {
            widest = Some((pair[0], pair[1]));
        }
    }
    candidates.extend(widest.map(|(low, high)| (low + high) / 2).filter(|middle| !cuts.contains(middle)));
    candidates.extend(first.checked_sub(2));
    let mut best = (last + 2, -10.0);
    for candidate in candidates {
        let weight = sums.get(candidate).copied().unwrap_or(0.0);
        if weight > best.1 {
            best = (candidate, weight);
        }
    }
    best.0
}

/// The peak of each slice: the largest smoothed magnitude and the index of its first voxel.
fn slice_peaks(map: &Volume, axis: usize) -> Vec<(f32, usize)> {
    let mut peaks = vec![(-1.0, 0); map.shape()[axis]];
    for (index, value) in smoothed(map).into_iter().enumerate() {
        let peak = &mut peaks[slice_of(map.shape(), axis, index)];
        if value > peak.0 {
            *peak = (value, index);
        }
    }
    peaks
}

/// The sum of the magnitudes of each slice.
fn slice_sums(map: &Volume, axis: usize) -> Vec<f64> {
    let mut sums = vec![0.0; map.shape()[axis]];
    for (index, value) in map.data().iter().enumerate() {
        sums[slice_of(map.shape(), axis, index)] += f64::from(value.abs());
    }
    sums
}

/// The slice along `axis` that holds the voxel of an index.
fn slice_of(shape: [usize; 3], axis: usize, index: usize) -> usize {
    match axis {
        0 => index / (shape[1] * shape[2]),
        1 => index / shape[2] % shape[1],
        _ => index % shape[2],
    }
}

/// The magnitudes with a fifth of each neighbour's added, in nilearn's order of addition.
fn smoothed(map: &Volume) -> Vec<f32> {
    let [n_i, n_j, n_k] = map.shape();
    let magnitudes: Vec<f32> = map.data().iter().map(|value| value.abs()).collect();
    let mut smooth = magnitudes.clone();
    for (axis, stride) in [n_j * n_k, n_k, 1].into_iter().enumerate() {
        let n = [n_i, n_j, n_k][axis];
        for (index, value) in smooth.iter_mut().enumerate() {
            let slice = slice_of(map.shape(), axis, index);
            if slice + 1 < n {
                *value += NEIGHBOUR_WEIGHT * magnitudes[index + stride];
            }
            if slice > 0 {
                *value += NEIGHBOUR_WEIGHT * magnitudes[index - stride];
            }
        }
    }
    smooth.iter_mut().for_each(|value| *value /= 1.0 + 6.0 * NEIGHBOUR_WEIGHT);
    smooth
}
