//! Pastes an element's map into the grid of its image.

use super::planes::{self, KeptPlanes};
use super::{Element, ElementError};
use crate::volume::Volume;
use crate::volume::transforms::SizeReduction;

impl Element {
    /// Number of voxels along the three axes after the transforms.
    pub fn transformed_shape(&self, size_reduction: Option<SizeReduction>) -> [usize; 3] {
        planes::shape(&self.kept_planes(size_reduction))
    }

    /// Shape of the network's input: channels, then the axes, of which a slice has two.
    pub fn input_shape(&self, size_reduction: Option<SizeReduction>) -> Vec<usize> {
        self.without_squeezed(self.transformed_shape(size_reduction))
    }

    /// Calls `visit(map index, image index)` for every voxel of the element's map that stands for a voxel of the image;
    /// both count voxels with the last axis fastest.
    ///
    /// Voxel i of a reduced map stands for the one voxel start + i · step of its element. Voxels of a region at which the
    /// mask is 0 are left out: the network's input is a constant 0 there, whatever the image is, so the
    /// map's value there concerns no voxel of the image (the derivative with respect to the image is the map times the mask).
    pub fn for_each_source_voxel(&self, size_reduction: Option<SizeReduction>, mut visit: impl FnMut(usize, usize)) {
        let kept = self.kept_planes(size_reduction);
        let mask = self.mask.as_ref().map(|mask| mask.on(&kept));
        let [_, n_j, n_k] = planes::shape(&kept);
        for (from, to) in super::positions(&kept, self.source_shape).enumerate() {
            let voxel = [from / (n_j * n_k), from / n_k % n_j, from % n_k];
            if mask.as_ref().is_none_or(|mask| mask.value(voxel) != 0.0) {
                visit(from, to);
            }
        }
    }

    /// Copies one channel of the element's map (on the transformed grid, last axis fastest) into a volume on the image's
    /// grid. [`Element::for_each_source_voxel`] defines which voxels are set; no other voxel changes, and nothing is
    /// interpolated. Where elements overlap, the last one pasted remains.
    ///
    /// # Errors
    /// If the map does not have one value per voxel of the transformed element, or the volume has another shape than the image.
    pub fn paste(&self, values: &[f32], size_reduction: Option<SizeReduction>, into: &mut Volume) -> Result<(), ElementError> {
        self.check_grid(into)?;
        let expected = self.transformed_shape(size_reduction).iter().product();
        if values.len() != expected {
            return Err(ElementError::MapSize { element: self.in_words(), expected, found: values.len() });
        }
        self.for_each_source_voxel(size_reduction, |from, to| into.data[to] = values[from]);
        Ok(())
    }

    /// The planes that are left after the size reduction.
    fn kept_planes(&self, size_reduction: Option<SizeReduction>) -> KeptPlanes {
        let Some(reduction) = size_reduction else { return self.planes.clone() };
        let along = |axis: usize| reduction.kept(axis, self.planes[axis].len()).map(|index| self.planes[axis][index]).collect();
        [0, 1, 2].map(along)
    }
}
