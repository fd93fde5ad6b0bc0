//! Volumes as the page holds them: with everything that a redraw needs, made once.

use crate::engine::message::{Failure, ImageReady, MapReady, ParticipantKey, VolumeHeader};
use crate::render::{MagnitudeSample, Window, WorldBounds};
use crate::ui::text;
use crate::volume::{Affine, Volume};

/// A volume with its place, ready to be sampled.
pub struct Placed {
    pub volume: Volume,
    pub voxel_from_world: Affine,
    pub bounds: WorldBounds,
    /// Edge of the smallest voxel side in millimetres.
    pub pixel_mm: f64,
}

/// A participant's image.
pub struct ShownImage {
    pub participant: ParticipantKey,
    pub placed: Placed,
    pub window: Window,
    pub warnings: Vec<String>,
}

/// A saliency map.
pub struct ShownMap {
    pub ready: MapReady,
    pub placed: Placed,
    pub magnitudes: MagnitudeSample,
}

impl Placed {
    fn new(what: &str, header: &VolumeHeader, data: Vec<f32>) -> Result<Self, Failure> {
        let failure = |what: String| Failure { what, hint: text::BAD_VOLUME_HINT.to_owned() };
        let world_from_voxel = Affine(header.world_from_voxel);
        let voxel_from_world = world_from_voxel.inverse().ok_or_else(|| failure(text::no_place(what)))?;
        let volume =
            Volume::new(header.shape, data, world_from_voxel).map_err(|error| failure(text::wrong_size(what, &error.to_string())))?;
        let bounds = WorldBounds::of(&volume);
        Ok(Placed { volume, voxel_from_world, bounds, pixel_mm: smallest_step(&world_from_voxel) })
    }
}

impl ShownImage {
    pub fn new(ready: ImageReady, data: Vec<f32>) -> Result<Self, Failure> {
        let placed = Placed::new(&ready.participant.participant_id, &ready.header, data)?;
        let window = Window::robust(placed.volume.data());
        Ok(ShownImage { participant: ready.participant, placed, window, warnings: ready.warnings })
    }
}

impl ShownMap {
    pub fn new(ready: MapReady, data: Vec<f32>) -> Result<Self, Failure> {
        let placed = Placed::new(text::MAP_VALUES, &ready.header, data)?;
        let magnitudes = MagnitudeSample::new(placed.volume.data());
        Ok(ShownMap { ready, placed, magnitudes })
    }

    /// The largest magnitude, over all voxels.
    pub fn range(&self) -> f32 {
        self.ready.statistics.max.max(-self.ready.statistics.min)
    }
}

fn smallest_step(world_from_voxel: &Affine) -> f64 {
    let length = |axis: usize| world_from_voxel.0.iter().map(|row| row[axis] * row[axis]).sum::<f64>().sqrt();
    length(0).min(length(1)).min(length(2))
}
