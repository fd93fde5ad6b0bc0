//! The elements of an image: the parts that ClinicaDL's modes image, patch, roi and slice extract, and the place of each.
//!
//! An element is the set of index planes of its image's grid that it keeps along each axis, and for a region the mask. Listing
//! elements is cheap; voxels are copied when an element is extracted.

mod error;
mod list;
mod mask;
mod paste;
mod planes;

pub use error::{ElementError, MAX_ELEMENTS};
pub use mask::Mask;
pub use planes::KeptPlanes;

use std::rc::Rc;

use super::transforms::{EvaluationTransforms, Transformed};
use super::{Affine, Volume};

/// One input of a network, as a part of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// Number in names of files: slices are counted in the whole image, other elements from 0.
    pub number: usize,
    /// `patch 13`, `slice 102`, the name of a region; empty for the whole image.
    pub name: String,
    /// Number of channels of the network's input; all are equal.
    pub channels: usize,
    /// Index planes of the image's grid that the element keeps, for each axis.
    pub planes: KeptPlanes,
    /// The direction of a slice, which is no axis of the network's input.
    squeezed: Option<usize>,
    mask: Option<Rc<Mask>>,
    source_shape: [usize; 3],
}

impl Element {
    /// The element that is the whole image.
    fn whole(source_shape: [usize; 3]) -> Self {
        let planes = planes::all(source_shape);
        Self { number: 0, name: String::new(), channels: 1, planes, squeezed: None, mask: None, source_shape }
    }

    /// Number of voxels along the three axes; a slice has one along its direction.
    pub fn shape(&self) -> [usize; 3] {
        planes::shape(&self.planes)
    }

    /// Number of voxels along the axes of the image it belongs to.
    pub fn source_shape(&self) -> [usize; 3] {
        self.source_shape
    }

    /// The mask of a region; `None` in other modes.
    pub fn mask(&self) -> Option<&Mask> {
        self.mask.as_deref()
    }

    /// Whether the element is the whole image, voxel by voxel.
    pub fn is_whole(&self) -> bool {
        // Indices of planes rise, so as many planes as the image has are all of them.
        self.mask.is_none() && self.shape() == self.source_shape
    }

    /// Whether the element is a box of the image. The exception is a region whose mask leaves out planes between others: its
    /// voxels must be pasted into the image's grid to be shown in place.
    pub fn is_contiguous(&self) -> bool {
        planes::are_contiguous(&self.planes)
    }

    /// Affine map to world millimetres from voxel indices of the element, given that of its image.
    ///
    /// On each axis it is the line through the first and the last kept plane: exact unless planes are left out unevenly (see
    /// [`Element::is_contiguous`]), and then exact for the first and the last.
    pub fn world_from_voxel(&self, world_from_source: &Affine) -> Affine {
        world_from_source.compose(&planes::source_from_element(&self.planes))
    }

    /// Extracts the element from its image: index planes are kept or dropped, and a region is the image times its mask (0
    /// around the region, and NaN where the image is NaN).
    ///
    /// # Errors
    /// If the image does not have the shape that the element was listed for.
    pub fn extract(&self, image: &Volume) -> Result<Volume, ElementError> {
        self.check_grid(image)?;
        let data = image.data();
        // Indices of planes rise, so as many planes as the image has are all of them.
        let is_whole = self.shape() == self.source_shape;
        let mut values: Vec<f32> =
            if is_whole { data.to_vec() } else { positions(&self.planes, self.source_shape).map(|at| data[at]).collect() };
        if let Some(mask) = &self.mask {
            self.multiply(&mut values, mask);
        }
        Ok(Volume { shape: self.shape(), data: values, world_from_voxel: self.world_from_voxel(image.world_from_voxel()) })
    }

    /// Applies a model's evaluation transforms to the extracted element: minimum and maximum are the element's own.
    ///
    /// # Errors
    /// If the transforms fail, as for a constant element, and for a size reduction of slices, which ClinicaDL does not have.
    pub fn transform(&self, extracted: Volume, transforms: &EvaluationTransforms) -> Result<Transformed, ElementError> {
        if let (Some(_), Some(reduction)) = (self.squeezed, transforms.size_reduction) {
            return Err(ElementError::SizeReducedSlice { element: self.in_words(), factor: reduction.factor() });
        }
        transforms.apply(extracted).map_err(|error| ElementError::Transform { element: self.in_words(), error })
    }

    /// The network's input of the transformed element: shape (channels, then the axes, of which a slice has two) and values,
    /// last axis fastest, all channels equal.
    pub fn network_input(&self, transformed: Volume) -> (Vec<usize>, Vec<f32>) {
        let shape = self.without_squeezed(transformed.shape());
        let values = transformed.into_data();
        (shape, if self.channels == 1 { values } else { values.repeat(self.channels) })
    }

    /// The element's name, `the image` for the whole image.
    pub fn in_words(&self) -> String {
        if self.name.is_empty() { "the image".to_owned() } else { self.name.clone() }
    }

    /// Channels, then the lengths of the axes that the network's input has.
    fn without_squeezed(&self, shape: [usize; 3]) -> Vec<usize> {
        let axes = shape.into_iter().enumerate().filter(|(axis, _)| Some(*axis) != self.squeezed);
        std::iter::once(self.channels).chain(axes.map(|(_, length)| length)).collect()
    }

    /// Multiplies the element's voxels by its mask.
    fn multiply(&self, values: &mut [f32], mask: &Mask) {
        let mask = mask.on(&self.planes);
        let [_, n_j, n_k] = self.shape();
        for (at, value) in values.iter_mut().enumerate() {
            *value *= mask.value([at / (n_j * n_k), at / n_k % n_j, at % n_k]);
        }
    }

    fn check_grid(&self, volume: &Volume) -> Result<(), ElementError> {
        if volume.shape() == self.source_shape {
            return Ok(());
        }
        Err(ElementError::OtherGrid { expected: self.source_shape, found: volume.shape() })
    }
}

/// Indices of the voxels on some planes in the data of a grid, last axis fastest.
fn positions([i, j, k]: &KeptPlanes, [_, n_j, n_k]: [usize; 3]) -> impl Iterator<Item = usize> {
    let rows = i.iter().flat_map(move |i| j.iter().map(move |j| (i * n_j + j) * n_k));
    rows.flat_map(move |row| k.iter().map(move |k| row + k))
}
