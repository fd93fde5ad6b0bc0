//! Warnings about a session's elements, which can be used all the same.

use super::Disagreement;
use crate::volume::grid::times;
use crate::volume::known_space::Assumption;

/// A warning about a session's elements.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElementWarning {
    /// The file does not give the image's place.
    #[error("{path}: {assumption}")]
    Assumed {
        /// The file.
        path: String,
        /// The assumption about the image's place.
        assumption: Assumption,
    },
    /// A tensor does not hold what the NIfTI image beside it holds.
    #[error("{tensor}: the map is of this tensor, as in ClinicaDL; {nifti}, which gives its place only, is another image ({disagreement})")]
    TensorIsAnother {
        /// The tensor.
        tensor: String,
        /// The NIfTI image.
        nifti: String,
        /// How they differ.
        disagreement: Disagreement,
    },
    /// The NIfTI image beside a tensor has another size, so that it cannot place the tensor.
    #[error(
        "{tensor}: the map is of this tensor, as in ClinicaDL, of {} voxels; {nifti} has {} and does not place it: {assumption}",
        times(shape),
        times(found)
    )]
    NiftiOfOtherSize {
        /// The tensor.
        tensor: String,
        /// The NIfTI image.
        nifti: String,
        /// Voxels along the tensor's axes.
        shape: [usize; 3],
        /// Voxels along the NIfTI image's axes.
        found: [usize; 3],
        /// The assumption about the tensor's place.
        assumption: Assumption,
    },
    /// The file beside a tensor is no NIfTI image, so that it cannot place the tensor.
    #[error("{tensor}: the map is of this tensor, as in ClinicaDL; the image that should place it cannot be read ({reason}): {assumption}")]
    NiftiWithoutPlace {
        /// The tensor.
        tensor: String,
        /// What is wrong with the other file, which the sentence names.
        reason: String,
        /// The assumption about the tensor's place.
        assumption: Assumption,
    },
    /// The NIfTI image beside a tensor places it, but its voxels cannot be read.
    #[error("{tensor}: the map is of this tensor, as in ClinicaDL; {nifti}, which gives its place only, is damaged ({reason})")]
    NiftiBroken {
        /// The tensor.
        tensor: String,
        /// The NIfTI image.
        nifti: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Only the prepared elements of an image are used, since the image cannot be read.
    #[error("{session}: its image cannot be read ({reason}); its prepared elements are used and placed on Clinica's grid")]
    ElementsOnly {
        /// Participant and session.
        session: String,
        /// What is wrong with the image, which the sentence names.
        reason: String,
    },
    /// Prepared elements were expected, but some are missing, and all missing ones are cut from the image.
    #[error("{session}: {n_missing} of {n_elements} prepared elements are not there (such as {example}) and are cut from {image}")]
    CutFromImage {
        /// Participant and session.
        session: String,
        /// Number of missing elements.
        n_missing: usize,
        /// Number of all elements.
        n_elements: usize,
        /// Path at which one was expected.
        example: String,
        /// The image.
        image: String,
    },
    /// The affine of a mask differs from the image's.
    #[error("{mask}: lies elsewhere in the head than {image}; voxels are multiplied by their indices all the same, as ClinicaDL does")]
    MaskElsewhere {
        /// The mask.
        mask: String,
        /// The image.
        image: String,
    },
    /// Several masks fit a region, and the first is used.
    #[error("{used}: used as the mask of region {region}; not used: {}", others.join(", "))]
    SeveralMasks {
        /// The region.
        region: String,
        /// The mask in use.
        used: String,
        /// The other masks that fit.
        others: Vec<String>,
    },
    /// A mask has values other than 0 and 1.
    #[error("{mask}: has values other than 0 and 1; the image is multiplied by them, as ClinicaDL does")]
    MaskNotBinary {
        /// The mask.
        mask: String,
    },
    /// Planes within a region are left out.
    #[error(
        "region {region}: planes between others hold no mask and are left out, as in ClinicaDL; by itself its map is shown without these gaps"
    )]
    Gaps {
        /// The region.
        region: String,
    },
}
