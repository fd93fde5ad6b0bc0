//! Why the images of a dataset cannot be listed, or one cannot be read.

use crate::files::FileError;
use crate::torch_file::{Flaw, TorchFileError};
use crate::tsv::TsvError;
use crate::volume::ElementError;
use crate::volume::grid::times;
use crate::volume::nifti::NiftiError;
use crate::volume::tensor::TensorImageError;

/// What is wrong with a dataset or one of its images.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CapsError {
    /// There is no image file.
    #[error("no image (.nii, .nii.gz or .pt) in what was given (files looked at: {n_files})")]
    NoImages {
        /// Number of files that were given.
        n_files: usize,
    },
    /// No image matches the model's pattern.
    #[error("none of {n_images} images matches {pattern}, the images that the model was trained on; the first is {example}")]
    NoMatchingImage {
        /// The glob.
        pattern: String,
        /// Number of images.
        n_images: usize,
        /// One of them.
        example: String,
    },
    /// Participants' folders lie at the top, as in a BIDS dataset.
    #[error("{folder}: a folder of {example} lies at its top, as in a BIDS dataset; a CAPS keeps participants below subjects/")]
    LooksLikeBids {
        /// The folder, or "what was given".
        folder: String,
        /// A file in such a folder.
        example: String,
    },
    /// The dataset has no image of a session.
    #[error("{session}: no image of it in {catalogue}")]
    NoImageOfSession {
        /// Name of the dataset.
        catalogue: String,
        /// Participant and session.
        session: String,
    },
    /// Several images match equally well, and differ in more than the number of the run.
    #[error("{session}: {} images match, and nothing tells which is meant: {}", files.len(), files.join(", "))]
    AmbiguousImage {
        /// Participant and session.
        session: String,
        /// The files.
        files: Vec<String>,
    },
    /// A whole image is needed, but there are only elements of it.
    #[error("{session}: there are elements that were cut out of its image (such as {example}), but not the image, which is needed whole")]
    OnlyElements {
        /// Participant and session.
        session: String,
        /// One of the elements.
        example: String,
    },
    /// Prepared elements are missing, and there is no image to cut them from.
    #[error("{session}: {n_missing} of {n_elements} prepared elements are not there (such as {example}), and no image to cut them from")]
    MissingElements {
        /// Participant and session.
        session: String,
        /// Number of missing elements.
        n_missing: usize,
        /// Number of all elements.
        n_elements: usize,
        /// Path at which one was expected.
        example: String,
    },
    /// There are only elements of an image whose size is not known.
    #[error("{path}: the size of the image it was cut from is not known, since {preprocessing} images have no fixed one")]
    UnknownGrid {
        /// One of the elements.
        path: String,
        /// The preprocessing.
        preprocessing: String,
    },
    /// An element makes an input of another size than the network takes.
    #[error("{path}: {element} makes an input of {} (channels × axes), but the network takes {}", times(found), times(expected))]
    OtherInput {
        /// The file.
        path: String,
        /// The element in words.
        element: String,
        /// Channels and axes of the element's input.
        found: Vec<usize>,
        /// Channels and axes of the network's input.
        expected: Vec<usize>,
    },
    /// The index is beyond the last element.
    #[error("{session}: no element {index}, it has {n_elements}")]
    NoElement {
        /// Participant and session.
        session: String,
        /// The index asked for.
        index: usize,
        /// Number of elements.
        n_elements: usize,
    },
    /// There is no mask of a region.
    #[error("region {region}: no mask matches {pattern} in {folder}, {}", content(found))]
    MissingMask {
        /// The region.
        region: String,
        /// The glob of the mask's name.
        pattern: String,
        /// The folder, `masks/tpl-…/`.
        folder: String,
        /// Files in that folder.
        found: Vec<String>,
    },
    /// Several loose masks fit a region.
    #[error("region {region}: {} masks match, and nothing tells which is meant: {}", files.len(), files.join(", "))]
    AmbiguousMask {
        /// The region.
        region: String,
        /// The files.
        files: Vec<String>,
    },
    /// No mask of a region has the size of the images.
    #[error("region {region}: no mask fits images of {} voxels: {}", times(shape), found.join(", "))]
    WrongMaskGrid {
        /// The region.
        region: String,
        /// Number of voxels along the images' axes.
        shape: [usize; 3],
        /// The masks, with their sizes.
        found: Vec<String>,
    },
    /// A mask cannot be used, or the image has the wrong size.
    #[error("{path}: {error}")]
    Elements {
        /// The file.
        path: String,
        /// Why elements cannot be listed or used.
        error: ElementError,
    },
    /// The table of participants cannot be read.
    #[error(transparent)]
    Table(#[from] TsvError),
    /// A file's bytes cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file is no NIfTI image.
    #[error(transparent)]
    Nifti(NiftiError),
    /// A file is no image tensor.
    #[error(transparent)]
    Tensor(TensorImageError),
}

impl From<NiftiError> for CapsError {
    fn from(error: NiftiError) -> Self {
        match error {
            NiftiError::Unreadable(error) => Self::File(error),
            error => Self::Nifti(error),
        }
    }
}

impl From<TensorImageError> for CapsError {
    fn from(error: TensorImageError) -> Self {
        match error {
            TensorImageError::TorchFile(TorchFileError { flaw: Flaw::Unreadable(error), .. }) => Self::File(error),
            error => Self::Tensor(error),
        }
    }
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
            CapsError::LooksLikeBids { .. } => {
                "preprocess the dataset with Clinica (for example `clinica run t1-linear`) and give the CAPS folder that it writes"
                    .to_owned()
            }
            CapsError::NoImageOfSession { .. } => {
                "check participant_id and session_id in the table, or preprocess this session as in training".to_owned()
            }
            CapsError::AmbiguousImage { .. } => "leave only the image that was meant, or number them run-01, run-02 …".to_owned(),
            CapsError::OnlyElements { .. } => "add the session's NIfTI, or its tensor from `clinicadl prepare-data image`".to_owned(),
            CapsError::MissingElements { .. } => {
                "add the session's NIfTI, or extract all elements again with the options of the training".to_owned()
            }
            CapsError::UnknownGrid { .. } => "add the NIfTI images: elements are placed by their grid".to_owned(),
            CapsError::OtherInput { .. } => "preprocess the images as in training (for example `clinica run t1-linear`)".to_owned(),
            CapsError::NoElement { .. } => "choose a listed element".to_owned(),
            CapsError::MissingMask { .. } => "add the CAPS folder's masks/, or drop the mask's file beside the images".to_owned(),
            CapsError::AmbiguousMask { .. } => "leave only the mask that was used in training".to_owned(),
            CapsError::WrongMaskGrid { .. } => "give the mask on the grid of the images (cropped or not), as in training".to_owned(),
            CapsError::Elements { error, .. } => error.hint(),
            CapsError::Table(_) => {
                "save the table as UTF-8 text separated by tabs, with columns participant_id, session_id and diagnosis".to_owned()
            }
            CapsError::File(error @ (FileError::UnreadableMember { .. } | FileError::BadArchive { .. } | FileError::TooLarge { .. })) => {
                error.hint().to_owned()
            }
            CapsError::File(_) => "check that the files are still there and may be read, and give them again".to_owned(),
            CapsError::Nifti(error) => error.hint(),
            CapsError::Tensor(error) => error.hint(),
        }
    }
}

/// The content of a folder, as the end of a sentence.
fn content(found: &[String]) -> String {
    if found.is_empty() { "which is empty or not there".to_owned() } else { format!("which holds {}", super::warning::listed(found)) }
}
