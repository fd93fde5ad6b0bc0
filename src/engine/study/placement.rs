//! Where the saliency map of an element lies in the head, and the files that values on its grid are written to.

use crate::export;
use crate::protocol::NiftiForm;
use crate::volume::elements::Element;
use crate::volume::transforms::SizeReduction;
use crate::volume::{Affine, Grid, Volume, nifti};

/// The grid of an element's map, and of the image that the element was cut from.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// The element.
    pub element: Element,
    /// Values per voxel: 3 for gradients of rgb slices, else 1.
    pub n_channels: usize,
    /// Subsampling between element and map.
    pub size_reduction: Option<SizeReduction>,
    /// Grid of the whole image.
    pub source: Grid,
}

impl Placement {
    /// Shape of the map in `.pt` files: channels, then two axes for slices, three else.
    pub fn shape(&self) -> Vec<usize> {
        let mut shape = self.element.input_shape(self.size_reduction);
        shape[0] = self.n_channels;
        shape
    }

    /// Grid of the map; a slice has one voxel along its direction.
    pub fn grid(&self) -> Grid {
        let world_from_element = self.element.world_from_voxel(&self.source.world_from_voxel);
        let world_from_voxel = match self.size_reduction {
            None => world_from_element,
            Some(reduction) => world_from_element.compose(&reduction.full_from_reduced()),
        };
        Grid { shape: self.element.transformed_shape(self.size_reduction), world_from_voxel }
    }

    /// The tensor file of values on this grid, as ClinicaDL saves a map.
    pub fn tensor_file(&self, values: &[f32]) -> Vec<u8> {
        export::tensor_file(&self.shape(), values)
    }

    /// The NIfTI file of values on this grid; `None` where none is wanted.
    pub fn nifti_file(&self, values: &[f32], form: NiftiForm) -> Option<Vec<u8>> {
        match form {
            NiftiForm::None => None,
            NiftiForm::Placed => {
                let Grid { shape, world_from_voxel } = self.grid();
                Some(nifti::write_channels(shape, self.n_channels, values, &world_from_voxel))
            }
            NiftiForm::Clinicadl => Some(nifti::write_as_clinicadl(&self.shape(), values)),
            NiftiForm::WholeImage => {
                let Grid { shape, world_from_voxel } = self.source;
                Some(nifti::write_channels(shape, self.n_channels, &self.whole_image(values), &world_from_voxel))
            }
        }
    }

    /// The values pasted into the whole image's grid, channel after channel; zeros elsewhere.
    pub fn whole_image(&self, values: &[f32]) -> Vec<f32> {
        let n_voxels: usize = self.source.shape.iter().product();
        let n_own = values.len() / self.n_channels.max(1);
        let mut whole = vec![0.0; n_voxels * self.n_channels];
        for (own, whole) in values.chunks(n_own.max(1)).zip(whole.chunks_mut(n_voxels.max(1))) {
            self.element.for_each_source_voxel(self.size_reduction, |from, to| whole[to] = own[from]);
        }
        whole
    }

    /// One channel as a volume on the map's grid.
    pub fn volume(&self, values: Vec<f32>) -> Option<Volume> {
        let Grid { shape, world_from_voxel } = self.grid();
        Volume::new(shape, values, world_from_voxel).ok()
    }

    /// The affine of the map's grid.
    pub fn world_from_voxel(&self) -> Affine {
        self.grid().world_from_voxel
    }
}
