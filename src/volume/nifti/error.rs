//! Why a file is no NIfTI image that this program can read.

use crate::files::FileError;
use crate::volume::grid::times;

/// Why a file is no NIfTI image that this program can read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NiftiError {
    /// The file's bytes cannot be read.
    #[error(transparent)]
    Unreadable(#[from] FileError),
    /// The file is no NIfTI image.
    #[error("{file}: not a NIfTI image ({found})")]
    NotNifti {
        /// The file.
        file: String,
        /// What it is, or seems to be.
        found: &'static str,
    },
    /// One file of a `.hdr`/`.img` pair, without the other.
    #[error("{file}: one of the two files of a .hdr/.img pair, and the other is not there")]
    HalfOfPair {
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
}

impl NiftiError {
    /// What the user may do.
    pub fn hint(&self) -> String {
        match self {
            NiftiError::Unreadable(error) => error.hint(),
            NiftiError::NotNifti { .. } => "give the image itself: .nii or .nii.gz, as Clinica writes it",
            NiftiError::HalfOfPair { .. } => "give both files together, under the same name, or save the image as one .nii or .nii.gz file",
            NiftiError::Truncated { .. } | NiftiError::DamagedGzip { .. } => "the file is incomplete or damaged: copy or download it again",
            NiftiError::BadField { .. } => "the header is damaged: write the image again from its source",
            NiftiError::NotThreeDimensional { .. } => {
                "choose a single 3D scan; a time series must be split, and a map that ClinicaDL saved has a leading channel axis"
            }
            NiftiError::TooLarge { .. } => "resample the image; the networks take 169×208×179 voxels at 1 mm",
            NiftiError::UnsupportedType { .. } => "save the image with integer or floating-point intensities",
        }
        .to_owned()
    }
}
