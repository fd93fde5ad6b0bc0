//! The mask of a region: the index planes on which it is not 0 everywhere, and its values there.

use super::ElementError;
use super::planes::{self, KeptPlanes};
use crate::volume::Volume;

/// A region's mask. Only planes with a voxel that is not 0 are stored; on all others the mask is 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Mask {
    /// Name of the region.
    pub region: String,
    /// Voxels along the three axes of the mask's image.
    pub shape: [usize; 3],
    /// Whether every value is 0 or 1.
    pub is_binary: bool,
    /// Index planes with a voxel that is not 0: the planes that a cropped region keeps.
    pub planes: KeptPlanes,
    /// Values on these planes, last axis fastest.
    values: Vec<f32>,
}

impl Mask {
    /// The mask of a volume: a voxel that is not 0 belongs to the region, and images are multiplied by its value.
    ///
    /// # Errors
    /// If no voxel belongs to the region, or if some are not finite.
    pub fn of(region: &str, volume: &Volume) -> Result<Self, ElementError> {
        let data = volume.data();
        let count = data.iter().filter(|value| !value.is_finite()).count();
        if count > 0 {
            return Err(ElementError::MaskNotFinite { region: region.to_owned(), count, n_voxels: data.len() });
        }
        let planes = touched(volume);
        if planes.iter().any(|axis| axis.is_empty()) {
            return Err(ElementError::EmptyMask { region: region.to_owned(), n_voxels: data.len() });
        }
        let shape = volume.shape();
        let values = super::positions(&planes, shape).map(|at| data[at]).collect();
        let is_binary = data.iter().all(|&value| value == 0.0 || value == 1.0);
        Ok(Self { region: region.to_owned(), shape, is_binary, planes, values })
    }

    /// The mask's values on some planes of the image, by position among these planes.
    pub(super) fn on<'a>(&'a self, planes: &KeptPlanes) -> MaskOn<'a> {
        let own = |axis: usize| planes[axis].iter().map(|index| self.planes[axis].binary_search(index).ok()).collect();
        MaskOn { mask: self, own: [0, 1, 2].map(own) }
    }
}

/// A mask whose values are looked up by the voxels of an element.
pub(super) struct MaskOn<'a> {
    mask: &'a Mask,
    /// For each axis and plane of the element, the position among the mask's planes; `None` where the mask has no such plane.
    own: [Vec<Option<usize>>; 3],
}

impl MaskOn<'_> {
    /// The mask's value at the element's voxel.
    pub fn value(&self, [i, j, k]: [usize; 3]) -> f32 {
        let [_, n_j, n_k] = planes::shape(&self.mask.planes);
        match (self.own[0][i], self.own[1][j], self.own[2][k]) {
            (Some(i), Some(j), Some(k)) => self.mask.values[(i * n_j + j) * n_k + k],
            _ => 0.0,
        }
    }
}

/// The planes along each axis with a voxel that is not 0.
fn touched(volume: &Volume) -> KeptPlanes {
    let shape = volume.shape();
    let [n_i, n_j, n_k] = shape;
    let mut is_touched = [vec![false; n_i], vec![false; n_j], vec![false; n_k]];
    for (row, values) in volume.data().chunks(n_k.max(1)).enumerate() {
        for (k, _) in values.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            is_touched[0][row / n_j] = true;
            is_touched[1][row % n_j] = true;
            is_touched[2][k] = true;
        }
    }
    is_touched.map(|axis| axis.iter().enumerate().filter(|(_, touched)| **touched).map(|(index, _)| index).collect())
}
