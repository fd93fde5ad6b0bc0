//! Volumes: voxel grids with their place in the head, as plain `Vec<f32>` without burn.
//!
//! Here are the readers and writers of NIfTI images and image tensors, ClinicaDL's extraction of elements and its evaluation
//! transforms, and what else is computed from voxels alone: statistics, components, overlays.

pub mod affine;
pub mod components;
pub mod elements;
pub mod extraction;
pub mod grid;
pub mod known_space;
pub mod label_table;
pub mod nifti;
pub mod overlay;
pub mod statistics;
pub mod tensor;
pub mod transforms;

pub use affine::Affine;
pub use components::Components;
pub use elements::{Element, ElementError, Mask};
pub use extraction::Extraction;
pub use grid::Grid;
pub use label_table::LabelTable;
pub use overlay::{Content, Overlay};
pub use statistics::Statistics;

/// Largest number of voxels of a volume: 512 MiB as float32, twenty times a brain at 1 mm.
pub const MAX_VOXELS: usize = 1 << 27;

/// Largest number of voxels along an axis: a NIfTI-1 header cannot hold more.
pub const MAX_AXIS: usize = i16::MAX as usize;

/// Scalar voxels on a regular grid, placed in RAS+ world space (millimetres).
///
/// Voxels lie with the **last axis fastest**: voxel `(i, j, k)` is `data[(i * shape[1] + j) * shape[2] + k]`.
/// Axes are those of the file (NIfTI storage order i, j, k), the order in which ClinicaDL feeds its networks.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    shape: [usize; 3],
    data: Vec<f32>,
    world_from_voxel: Affine,
}

/// Voxel data whose length is not the product of its shape.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a volume of {shape:?} voxels needs {expected} values, but {found} were given")]
pub struct ShapeMismatch {
    /// The shape asked for.
    pub shape: [usize; 3],
    /// Product of the shape.
    pub expected: usize,
    /// Values given.
    pub found: usize,
}

impl Volume {
    /// A volume of the voxels `data`, last axis fastest.
    ///
    /// # Errors
    /// [`ShapeMismatch`] if `data` does not have one value per voxel.
    pub fn new(shape: [usize; 3], data: Vec<f32>, world_from_voxel: Affine) -> Result<Self, ShapeMismatch> {
        let expected = shape.iter().product();
        if data.len() != expected {
            return Err(ShapeMismatch { shape, expected, found: data.len() });
        }
        Ok(Self { shape, data, world_from_voxel })
    }

    /// Number of voxels along the three axes.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// All voxels, last axis fastest.
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// All voxels, last axis fastest, without a copy.
    pub fn into_data(self) -> Vec<f32> {
        self.data
    }

    /// Affine map to world millimetres (RAS+) from voxel indices.
    pub fn world_from_voxel(&self) -> &Affine {
        &self.world_from_voxel
    }

    /// Size and place of the volume.
    pub fn grid(&self) -> Grid {
        Grid { shape: self.shape, world_from_voxel: self.world_from_voxel }
    }

    /// The value at a voxel, or `None` outside the grid.
    pub fn get(&self, voxel: [usize; 3]) -> Option<f32> {
        let inside = voxel.iter().zip(self.shape).all(|(&index, n)| index < n);
        inside.then(|| self.data[(voxel[0] * self.shape[1] + voxel[1]) * self.shape[2] + voxel[2]])
    }
}
