//! Volumes: their grids, and those that are looked at beside participants' images and maps: backgrounds, masks, atlases, other maps.

use serde::{Deserialize, Serialize};

/// Grid of a volume whose voxels travel as an attachment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VolumeHeader {
    /// Voxels along the three axes.
    pub shape: [usize; 3],
    /// Rows x, y, z of the affine: millimetres in RAS+ world space from voxel indices.
    pub world_from_voxel: [[f64; 4]; 3],
}

/// The use for which a volume is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VolumeRole {
    /// Background below the map: sent as it is.
    Background,
    /// Overlay over the picture: sent without the empty voxels around what it holds.
    Overlay,
}

/// A volume that comes with the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundled {
    /// Absolute URL of the folder that holds `index.json`, with a trailing slash.
    pub base_url: String,
    /// Path below it, one of the index's `layers`.
    pub path: String,
}

/// What the voxels of an overlay mean, as far as they show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OverlayKind {
    /// Zeros and ones.
    Mask,
    /// A whole number for each region.
    Labels,
    /// Any values.
    Map,
}

/// A volume for display.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VolumeReady {
    /// Name of its file.
    pub name: String,
    /// What its voxels mean; a background's are always a map.
    pub kind: OverlayKind,
    /// The grid of the voxels that are sent.
    pub header: VolumeHeader,
    /// The largest magnitude of the voxels.
    pub range: f32,
    /// Numbers of the regions that a table names, where one came along.
    pub numbers: Vec<u32>,
    /// Names of the regions, in the order of `numbers`.
    pub names: Vec<String>,
    /// Things the user should know.
    pub warnings: Vec<String>,
}
