//! Why no images could be listed, or one could not be read.

use crate::files::FileError;
use crate::tsv::TsvError;
use crate::volume::nifti::NiftiError;
use crate::volume::tensor::TensorImageError;

/// What is wrong with a dataset or one of its images.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CapsError {
    /// No image file at all.
    #[error("no image (.nii, .nii.gz or .pt) in what was given (files looked at: {n_files})")]
    NoImages {
        /// Files looked at.
        n_files: usize,
    },
    /// Images, but not those of the model.
    #[error("none of {n_images} images matches {pattern}, the images that the model was trained on; the first is {example}")]
    NoMatchingImage {
        /// The glob.
        pattern: String,
        /// Images looked at.
        n_images: usize,
        /// One of them.
        example: String,
    },
    /// The table of participants.
    #[error(transparent)]
    Table(#[from] TsvError),
    /// Bytes could not be had.
    #[error(transparent)]
    File(#[from] FileError),
    /// Not an image.
    #[error(transparent)]
    Nifti(#[from] NiftiError),
    /// Not an image tensor.
    #[error(transparent)]
    Tensor(#[from] TensorImageError),
}

impl CapsError {
    /// What the user may do.
    pub fn hint(&self) -> String {
        match self {
            CapsError::NoImages { .. } => {
                "choose a CAPS folder (the one that holds subjects/), an archive of it, or NIfTI files".to_owned()
            }
            CapsError::NoMatchingImage { .. } => {
                "preprocess the images as in training (for example `clinica run t1-linear`), or drop the image files themselves".to_owned()
            }
            CapsError::Table(_) => {
                "save the table as UTF-8 text separated by tabs, with columns participant_id, session_id and diagnosis".to_owned()
            }
            CapsError::File(_) => "give the files again; the browser may have lost access to them".to_owned(),
            CapsError::Nifti(error) => error.hint(),
            CapsError::Tensor(error) => error.hint(),
        }
    }
}
