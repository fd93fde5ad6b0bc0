//! The place of a grid whose file does not give it: tensors carry no affine, but Clinica's grids are recognised by their size.

use super::grid::times;
use super::{Affine, Grid};

/// The cropped grid of t1-linear, flair-linear and pet-linear: MNI152NLin2009cSym at 1 mm, `desc-Crop`.
const CROPPED: ([usize; 3], [f64; 3]) = ([169, 208, 179], [-84.0, -119.0, -78.0]);

/// The grid of the same images before cropping.
const UNCROPPED: ([usize; 3], [f64; 3]) = ([193, 229, 193], [-96.0, -132.0, -78.0]);

/// An affine that had to be assumed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AssumedSpace {
    /// Millimetres (RAS+) from voxel indices.
    pub world_from_voxel: Affine,
    /// Why this affine was assumed.
    pub reason: Assumption,
}

/// Why an affine was assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Assumption {
    /// A tensor without affine whose size is that of a Clinica grid.
    #[error("the tensor carries no affine: its {} voxels were placed as Clinica's MNI152NLin2009cSym grid of that size", times(shape))]
    ClinicaGrid {
        /// Voxels along the three axes.
        shape: [usize; 3],
    },
    /// A NIfTI image without sform and qform, which nibabel places around the origin.
    #[error(
        "its header does not say where it lies (sform and qform codes are 0): it was placed around the origin, so coordinates in millimetres mean little"
    )]
    NoForm,
    /// A NIfTI image whose sform, or qform, is set but places no voxel in space.
    #[error(
        "its header's sform and qform do not place it in space (zeros, or no numbers): it was placed around the origin, so coordinates in millimetres mean little"
    )]
    BadForm,
    /// A NIfTI image whose sform is set but places no voxel in space, while its qform does.
    #[error("its header's sform does not place it in space (zeros, or no numbers): its qform was taken instead")]
    QformInstead,
    /// A tensor without affine of any other size.
    #[error(
        "the tensor carries no affine and {} voxels are no known grid: it was placed at 1 mm around the origin, so coordinates in millimetres mean little",
        times(shape)
    )]
    Centred {
        /// Voxels along the three axes.
        shape: [usize; 3],
    },
}

/// The space to assume for a grid of this size: Clinica's, or 1 mm voxels with the grid's centre at the origin.
pub fn assume(shape: [usize; 3]) -> AssumedSpace {
    let known = [CROPPED, UNCROPPED].into_iter().find(|(size, _)| *size == shape);
    let centre = shape.map(|length| -(length as f64 - 1.0) / 2.0);
    let (origin, reason) = match known {
        Some((_, origin)) => (origin, Assumption::ClinicaGrid { shape }),
        None => (centre, Assumption::Centred { shape }),
    };
    AssumedSpace { world_from_voxel: Affine::from_diagonal([1.0; 3], origin), reason }
}

/// The grid of Clinica's t1-linear, flair-linear and pet-linear images, cropped (`desc-Crop`) or not.
pub fn clinica_grid(uncropped: bool) -> Grid {
    let (shape, origin) = if uncropped { UNCROPPED } else { CROPPED };
    Grid { shape, world_from_voxel: Affine::from_diagonal([1.0; 3], origin) }
}
