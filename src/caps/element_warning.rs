//! What should be said about a session's elements although they can be used.

use crate::volume::known_space::Assumption;

/// One thing to tell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElementWarning {
    /// The grid is not written in the file.
    #[error("{path}: {assumption}")]
    Assumed {
        /// The file.
        path: String,
        /// What was assumed.
        assumption: Assumption,
    },
    /// Prepared elements were expected.
    #[error("{session}: {n_missing} of {n_elements} prepared elements are not there (such as {example}) and are cut from {image}")]
    CutFromImage {
        /// Participant and session.
        session: String,
        /// Elements that are not there.
        n_missing: usize,
        /// All elements.
        n_elements: usize,
        /// Where one was looked for.
        example: String,
        /// The image.
        image: String,
    },
    /// A mask's affine is another than the image's.
    #[error("{mask}: lies elsewhere in the head than {image}; voxels are multiplied by their indices all the same, as ClinicaDL does")]
    MaskElsewhere {
        /// The mask.
        mask: String,
        /// The image.
        image: String,
    },
    /// Several masks of one region.
    #[error("{used}: used as the mask of region {region}; not used: {}", others.join(", "))]
    SeveralMasks {
        /// The region.
        region: String,
        /// The mask in use.
        used: String,
        /// The others that fit.
        others: Vec<String>,
    },
    /// Values other than 0 and 1.
    #[error("{mask}: has values other than 0 and 1; the image is multiplied by them, as ClinicaDL does")]
    MaskNotBinary {
        /// The mask.
        mask: String,
    },
    /// Planes inside the region are left out.
    #[error(
        "region {region}: planes between others hold no mask and are left out, as in ClinicaDL; by itself its map is shown without these gaps"
    )]
    Gaps {
        /// The region.
        region: String,
    },
}
