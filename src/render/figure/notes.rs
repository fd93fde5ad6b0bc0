//! Warnings about a figure, one sentence each: of what somebody might take for a finding, and is none.

use super::background::Background;
use super::outline::is_inside;
use crate::render::display::letter;
use crate::render::{Plane, WorldBounds, format_general};
use crate::volume::{Affine, Statistics, Volume};

/// Warnings about a map: `threshold` is the magnitude up to which it is hidden, `unmet` the panels that cut outside it.
pub(super) fn of_map(map: &Volume, statistics: &Statistics, threshold: Option<f32>, unmet: Vec<(Plane, f64)>) -> Vec<String> {
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
    notes.extend(doubt_of_place("the map", map));
    if !unmet.is_empty() {
        let places: Vec<String> = unmet.into_iter().map(|(plane, position)| format!("{} = {position} mm", letter(plane))).collect();
        notes.push(format!("the map has no slice at {}", places.join(", ")));
    }
    notes
}

/// Warnings about background and masks: those that may lie in the wrong place, and those that cannot be seen at all.
pub(super) fn of_layers(map: &Volume, background: Background, masks: &[&Volume]) -> Vec<String> {
    let mut notes = Vec::new();
    let map = WorldBounds::of(map);
    if let Background::Image(image) = background {
        notes.extend(doubt_of_place("the background", image));
        notes.extend(doubt_of_box("the background", &map, WorldBounds::of_voxels(image, |value| value != 0.0 && value.is_finite())));
    }
    for (index, mask) in masks.iter().enumerate() {
        let name = format!("mask {}", index + 1);
        notes.extend(doubt_of_place(&name, mask));
        notes.extend(doubt_of_box(&name, &map, WorldBounds::of_voxels(mask, is_inside)));
    }
    notes
}

/// The reason to doubt the place of a volume, if there is one.
fn doubt_of_place(name: &str, volume: &Volume) -> Option<String> {
    let world_from_voxel = volume.world_from_voxel();
    if *world_from_voxel == Affine::IDENTITY {
        let words = "lies in voxel space (its affine is the identity): its coordinates are voxels, not the head's millimetres";
        return Some(format!("{name} {words}"));
    }
    let words = "may lie in voxel space (its first voxel is at 0, 0, 0 mm): its coordinates may not be the head's millimetres";
    world_from_voxel.is_without_shift().then(|| format!("{name} {words}"))
}

/// The reason why a layer cannot be seen on the map; `bounds` is the box of its voxels, `None` if it is empty.
fn doubt_of_box(name: &str, map: &WorldBounds, bounds: Option<WorldBounds>) -> Option<String> {
    match bounds {
        None => Some(format!("{name} is empty: nothing of it is drawn")),
        Some(bounds) if !bounds.meets(map) => Some(format!("{name} lies beside the map: their grids do not meet")),
        Some(_) => None,
    }
}
