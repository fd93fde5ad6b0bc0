//! What should be said about a figure, one sentence each: what somebody might take for a finding, and is none.

use crate::render::display::letter;
use crate::render::{Plane, format_general};
use crate::volume::{Affine, Statistics, Volume};

/// Of a map, the magnitude up to which it is hidden, and the panels that cut outside it.
pub(super) fn of(map: &Volume, statistics: &Statistics, threshold: Option<f32>, unmet: Vec<(Plane, f64)>) -> Vec<String> {
    let mut notes = Vec::new();
    let n_bad = statistics.n_nan + statistics.n_infinite;
    if n_bad > 0 {
        notes.push(format!("{n_bad} of {} voxels of the map are not finite and were set to 0, as nilearn does", statistics.n_values));
    }
    if statistics.max_abs == 0.0 {
        notes.push("the map is 0 everywhere: there is nothing to show".to_owned());
    } else if let Some(threshold) = threshold.filter(|threshold| *threshold >= statistics.max_abs) {
        let [threshold, largest] = [threshold, statistics.max_abs].map(|value| format_general(f64::from(value), 3));
        notes.push(format!("the threshold {threshold} hides the whole map, whose largest magnitude is {largest}"));
    }
    if *map.world_from_voxel() == Affine::IDENTITY {
        notes.push(
            "the map lies in voxel space (its affine is the identity): its coordinates are voxels, not the head's millimetres".to_owned(),
        );
    }
    if !unmet.is_empty() {
        let places: Vec<String> = unmet.into_iter().map(|(plane, position)| format!("{} = {position} mm", letter(plane))).collect();
        notes.push(format!("the map has no slice at {}", places.join(", ")));
    }
    notes
}
