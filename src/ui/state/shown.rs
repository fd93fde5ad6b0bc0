//! Volumes as the page holds them: with everything that a redraw needs, computed once.

use std::sync::{Arc, OnceLock};

use super::projections::PlaneProjections;
use crate::protocol::{DeviceInfo, Failure, ImageReady, MapReady, ParticipantKey, VolumeHeader, WantedMap};
use crate::render::{MagnitudeSample, Window, WorldBounds};
use crate::ui::text;
use crate::volume::{Affine, Volume};

/// A volume and its place in the world, ready to be sampled.
pub struct PlacedVolume {
    pub volume: Volume,
    pub voxel_from_world: Affine,
    pub bounds: WorldBounds,
    /// Length of the shortest voxel edge in millimetres.
    pub pixel_mm: f64,
    /// The volume's projections once they have been made, for a background its silhouettes; `None` inside if they cannot be made.
    pub projections: OnceLock<Option<PlaneProjections>>,
}

/// Where the voxels of a volume lie.
#[derive(Clone, Copy, PartialEq)]
pub struct Grid {
    shape: [usize; 3],
    world_from_voxel: Affine,
}

/// Corners of two grids that are nearer than this are the same: headers hold an affine in float32 or as a quaternion.
const SAME_PLACE_MM: f64 = 0.01;

/// A participant's image.
pub struct ShownImage {
    pub participant: ParticipantKey,
    /// Position of the element that it was read for.
    pub element: usize,
    pub placed: PlacedVolume,
    pub window: Window,
    pub warnings: Vec<String>,
}

/// One channel of a saliency map.
pub struct ShownMap {
    pub ready: MapReady,
    /// What it is of, and where it was computed.
    pub of: WantedMap,
    pub channel: usize,
    /// The voxels of all channels if there are several, else empty.
    all_channels: Arc<Vec<f32>>,
    /// Shared with kept maps.
    pub placed: Arc<PlacedVolume>,
    pub magnitudes: MagnitudeSample,
}

impl PlacedVolume {
    /// Reads a header; `what` names the volume in failures.
    ///
    /// # Errors
    /// If the affine cannot be inverted, or the number of values does not fit the shape.
    pub fn new(what: &str, header: &VolumeHeader, data: Vec<f32>) -> Result<Self, Failure> {
        let failure = |what: String| Failure { what, hint: text::BAD_VOLUME_HINT.get().to_owned() };
        let world_from_voxel = Affine(header.world_from_voxel);
        let voxel_from_world = world_from_voxel.inverse().ok_or_else(|| failure(text::no_place(what)))?;
        let volume =
            Volume::new(header.shape, data, world_from_voxel).map_err(|error| failure(text::wrong_size(what, &error.to_string())))?;
        let bounds = WorldBounds::of(&volume);
        Ok(PlacedVolume { volume, voxel_from_world, bounds, pixel_mm: smallest_step(&world_from_voxel), projections: OnceLock::new() })
    }
}

impl Grid {
    /// The grid of a volume.
    pub fn of(volume: &Volume) -> Self {
        Grid { shape: volume.shape(), world_from_voxel: *volume.world_from_voxel() }
    }

    /// Whether all voxels lie at the same places, but for rounding.
    pub fn is_same(&self, other: &Grid) -> bool {
        let corners =
            (0..8_usize).map(|corner| std::array::from_fn(|axis| if corner >> axis & 1 == 0 { 0.0 } else { self.shape[axis] as f64 }));
        let apart = |corner: [f64; 3]| {
            let [a, b] = [self, other].map(|grid| grid.world_from_voxel.apply(corner));
            (0..3).map(|axis| (a[axis] - b[axis]).abs()).fold(0.0, f64::max)
        };
        self.shape == other.shape && corners.map(apart).all(|mm| mm < SAME_PLACE_MM)
    }
}

impl ShownImage {
    /// The image with its robust grey window.
    ///
    /// # Errors
    /// As [`PlacedVolume::new`].
    pub fn new(ready: ImageReady, element: usize, data: Vec<f32>) -> Result<Self, Failure> {
        let placed = PlacedVolume::new(&ready.participant.participant_id, &ready.header, data)?;
        let window = Window::robust(placed.volume.data());
        Ok(ShownImage { participant: ready.participant, element, placed, window, warnings: ready.warnings })
    }
}

impl ShownMap {
    /// The first channel; `data` holds the voxels of all channels, one after the other.
    ///
    /// # Errors
    /// As [`PlacedVolume::new`].
    pub fn new(ready: MapReady, device: Option<DeviceInfo>, data: Vec<f32>) -> Result<Self, Failure> {
        let of = WantedMap { map: ready.identity(), device };
        if ready.channels > 1 { Self::of_channel(ready, of, 0, Arc::new(data)) } else { Self::placed(ready, of, 0, Arc::default(), data) }
    }

    /// Another channel of the same map.
    ///
    /// # Errors
    /// As [`PlacedVolume::new`].
    pub fn with_channel(&self, channel: usize) -> Result<Self, Failure> {
        Self::of_channel(self.ready.clone(), self.of.clone(), channel, self.all_channels.clone())
    }

    fn of_channel(ready: MapReady, of: WantedMap, channel: usize, all_channels: Arc<Vec<f32>>) -> Result<Self, Failure> {
        let n_voxels = all_channels.len() / ready.channels.max(1);
        let own = all_channels.chunks(n_voxels.max(1)).nth(channel).map(<[f32]>::to_vec).unwrap_or_default();
        Self::placed(ready, of, channel, all_channels, own)
    }

    fn placed(ready: MapReady, of: WantedMap, channel: usize, all_channels: Arc<Vec<f32>>, own: Vec<f32>) -> Result<Self, Failure> {
        let placed = PlacedVolume::new(text::MAP_VALUES.get(), &ready.header, own)?;
        let magnitudes = MagnitudeSample::new(placed.volume.data());
        Ok(ShownMap { ready, of, channel, all_channels, placed: Arc::new(placed), magnitudes })
    }

    /// The largest magnitude, over all voxels of all channels.
    pub fn range(&self) -> f32 {
        self.ready.statistics.max.max(-self.ready.statistics.min)
    }
}

fn smallest_step(world_from_voxel: &Affine) -> f64 {
    let length = |axis: usize| world_from_voxel.0.iter().map(|row| row[axis] * row[axis]).sum::<f64>().sqrt();
    length(0).min(length(1)).min(length(2))
}
