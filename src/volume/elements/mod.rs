//! The elements of an image: what ClinicaDL's modes image, patch, roi and slice cut out of it, and where each lies.
//!
//! An element is the set of index planes that it keeps of its image's grid, along each axis, and for a region the mask.
//! Listing elements is cheap; voxels are copied when one is extracted.

mod error;
mod list;
mod mask;
mod paste;
mod planes;

pub use error::{ElementError, MAX_ELEMENTS};
pub use mask::Mask;
pub use planes::Planes;

use std::rc::Rc;

use super::transforms::{EvaluationTransforms, Transformed};
use super::{Affine, Volume};

/// One input of a network, as a part of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// Number in names of files: slices count in the whole image, all else from 0.
    pub number: usize,
    /// `patch 13`, `slice 102`, the name of a region; empty for the whole image.
    pub name: String,
    /// Channels of the network's input. They are equal.
    pub channels: usize,
    /// Index planes of the image's grid that it keeps, per axis.
    pub planes: Planes,
    /// The axis that the network's input lacks: a slice's direction.
    squeezed: Option<usize>,
    mask: Option<Rc<Mask>>,
    source_shape: [usize; 3],
}

impl Element {
    /// The whole image.
    fn whole(source_shape: [usize; 3]) -> Self {
        let planes = planes::all(source_shape);
        Self { number: 0, name: String::new(), channels: 1, planes, squeezed: None, mask: None, source_shape }
    }

    /// Voxels along the three axes; a slice has one along its direction.
    pub fn shape(&self) -> [usize; 3] {
        planes::shape(&self.planes)
    }

    /// Voxels of the image it belongs to.
    pub fn source_shape(&self) -> [usize; 3] {
        self.source_shape
    }

    /// The mask of a region.
    pub fn mask(&self) -> Option<&Mask> {
        self.mask.as_deref()
    }

    /// Whether it is the whole image, voxel by voxel.
    pub fn is_whole(&self) -> bool {
        // Planes rise, so as many as the image has are all of them.
        self.mask.is_none() && self.shape() == self.source_shape
    }

    /// Whether it is a box of the image. Only a region whose mask leaves planes out between others is none; its voxels
    /// must be pasted to be seen in place.
    pub fn is_contiguous(&self) -> bool {
        planes::are_contiguous(&self.planes)
    }

    /// World millimetres from the element's voxels, given those of its image.
    ///
    /// On each axis the line through the first and the last kept plane: exact unless planes are left out unevenly (see
    /// [`Element::is_contiguous`]), and then right for the first and the last.
    pub fn world_from_voxel(&self, world_from_source: &Affine) -> Affine {
        world_from_source.compose(&planes::source_from_element(&self.planes))
    }

    /// Cuts the element out of its image: index planes are kept or dropped, and a region is the image times its mask (so
    /// that it is 0 around the region, and NaN where the image is).
    ///
    /// # Errors
    /// If the image is not of the shape that the element was listed for.
    pub fn extract(&self, image: &Volume) -> Result<Volume, ElementError> {
        self.check_grid(image)?;
        let data = image.data();
        // Planes rise, so as many as the image has are all of them.
        let is_whole = self.shape() == self.source_shape;
        let mut values: Vec<f32> =
            if is_whole { data.to_vec() } else { positions(&self.planes, self.source_shape).map(|at| data[at]).collect() };
        if let Some(mask) = &self.mask {
            self.multiply(&mut values, mask);
        }
        Ok(Volume { shape: self.shape(), data: values, world_from_voxel: self.world_from_voxel(image.world_from_voxel()) })
    }

    /// The evaluation transforms of a model on the extracted element: minimum and maximum are the element's own.
    ///
    /// # Errors
    /// If they refuse the element, constant ones above all; and for a size reduction of slices, which ClinicaDL has not.
    pub fn transform(&self, extracted: Volume, transforms: &EvaluationTransforms) -> Result<Transformed, ElementError> {
        if let (Some(_), Some(reduction)) = (self.squeezed, transforms.size_reduction) {
            return Err(ElementError::SizeReducedSlice { element: self.in_words(), factor: reduction.factor() });
        }
        transforms.apply(extracted).map_err(|error| ElementError::Transform { element: self.in_words(), error })
    }

    /// The transformed element as the network takes it: shape (channels, then the axes, of which a slice has two) and
    /// values, last axis fastest, every channel the same.
    pub fn network_input(&self, transformed: Volume) -> (Vec<usize>, Vec<f32>) {
        let shape = self.without_squeezed(transformed.shape());
        let values = transformed.into_data();
        (shape, if self.channels == 1 { values } else { values.repeat(self.channels) })
    }

    /// Its name, `the image` where it has none.
    pub fn in_words(&self) -> String {
        if self.name.is_empty() { "the image".to_owned() } else { self.name.clone() }
    }

    fn without_squeezed(&self, shape: [usize; 3]) -> Vec<usize> {
        let axes = shape.into_iter().enumerate().filter(|(axis, _)| Some(*axis) != self.squeezed);
        std::iter::once(self.channels).chain(axes.map(|(_, length)| length)).collect()
    }

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

/// Where the voxels on some planes lie in the data of a grid, last axis fastest.
fn positions([i, j, k]: &Planes, [_, n_j, n_k]: [usize; 3]) -> impl Iterator<Item = usize> {
    let rows = i.iter().flat_map(move |i| j.iter().map(move |j| (i * n_j + j) * n_k));
    rows.flat_map(move |row| k.iter().map(move |k| row + k))
}
