//! Why a file is no NIfTI image that this program can read.

use crate::files::FileError;
use crate::volume::grid::times;

/// Why a file is no NIfTI image that this program can read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NiftiError {
    /// The file's bytes cannot be read.
    #[error(transparent)]
    Unreadable(#[from] FileError),
    /// The header is not that of a NIfTI-1 image.
    #[error("{file}: not a NIfTI-1 image (no \"n+1\" mark in its header)")]
    NotNifti {
        /// The file.
        file: String,
    },
    /// The header is that of a NIfTI-2 image.
    #[error("{file}: a NIfTI-2 image, and only NIfTI-1 is read")]
    Nifti2 {
        /// The file.
        file: String,
    },
    /// The file is a `.hdr` whose voxels lie in an `.img`.
    #[error("{file}: a header whose voxels lie in a second file (.hdr/.img pair)")]
    TwoFiles {
        /// The file.
        file: String,
    },
    /// The file ends too early.
    #[error("{file}: truncated, {needed} bytes are needed but only {found} are there")]
    Truncated {
        /// The file.
        file: String,
        /// Bytes of header and voxels.
        needed: u64,
        /// Bytes of the file after decompression.
        found: u64,
    },
    /// The gzip stream is broken.
    #[error("{file}: the gzip stream is damaged ({reason})")]
    DamagedGzip {
        /// The file.
        file: String,
        /// The decompressor's message.
        reason: String,
    },
    /// A header field has no valid value.
    #[error("{file}: header field {field} is {value}, which is not valid")]
    BadField {
        /// The file.
        file: String,
        /// Name of the field in the NIfTI-1 standard.
        field: &'static str,
        /// Value of the field.
        value: String,
    },
    /// The image is not one 3D volume.
    #[error("{file}: an image of {} voxels, but one 3D volume is needed", times(shape))]
    NotThreeDimensional {
        /// The file.
        file: String,
        /// Number of voxels along all its axes.
        shape: Vec<usize>,
    },
    /// The image has more voxels than this program is ready to hold in memory.
    #[error("{file}: an image of {} voxels, but at most {limit} can be held in memory", times(shape))]
    TooLarge {
        /// The file.
        file: String,
        /// Number of voxels along all its axes.
        shape: Vec<usize>,
        /// Largest number of voxels.
        limit: usize,
    },
    /// The voxels are complex numbers, colours or other types that are no scalar intensities.
    #[error("{file}: voxels of type {name} (code {code}) are not scalar intensities")]
    UnsupportedType {
        /// The file.
        file: String,
        /// The `datatype` field.
        code: i16,
        /// Name of the type in the standard, or "unknown".
        name: &'static str,
    },
    /// The affine maps the grid onto a plane, a line or a point.
    #[error("{file}: the {source_field} does not place the voxels in space (its determinant is {determinant})")]
    DegenerateAffine {
        /// The file.
        file: String,
        /// `sform`, `qform` or `pixdim`.
        source_field: &'static str,
        /// Determinant of its linear part.
        determinant: f64,
    },
}

impl NiftiError {
    /// What the user may do.
    pub fn hint(&self) -> String {
        match self {
            NiftiError::Unreadable(error) => error.hint(),
            NiftiError::NotNifti { .. } => "choose an image that ends in .nii or .nii.gz, as Clinica writes it",
            NiftiError::Nifti2 { .. } => "save the image as NIfTI-1, for example with nibabel's Nifti1Image",
            NiftiError::TwoFiles { .. } => "save the image as one .nii or .nii.gz file",
            NiftiError::Truncated { .. } | NiftiError::DamagedGzip { .. } => "the file is incomplete or damaged: copy or download it again",
            NiftiError::BadField { .. } => "the header is damaged: write the image again from its source",
            NiftiError::NotThreeDimensional { .. } => {
                "choose a single 3D scan; a time series must be split, and a map that ClinicaDL saved has a leading channel axis"
            }
            NiftiError::TooLarge { .. } => "resample the image; the networks take 169×208×179 voxels at 1 mm",
            NiftiError::UnsupportedType { .. } => "save the image with integer or floating-point intensities",
            NiftiError::DegenerateAffine { .. } => "give the header a valid sform or qform, or preprocess the image with Clinica again",
        }
        .to_owned()
    }
}
