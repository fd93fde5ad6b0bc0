//! Why elements of an image cannot be listed, or one cannot be used.

use crate::volume::extraction::direction_name;
use crate::volume::grid::times;
use crate::volume::transforms::TransformError;

/// Most elements of one image, which bounds memory: two hundred times the patches of ClinicaDL's defaults.
pub const MAX_ELEMENTS: usize = 1 << 16;

/// Why elements of an image cannot be listed, or one cannot be used. The caller names the file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ElementError {
    /// Patch size or stride is 0.
    #[error("patches of {size}×{size}×{size} voxels, every {stride} voxels: neither may be 0")]
    EmptyPatch {
        /// Edge in voxels.
        size: usize,
        /// Stride in voxels.
        stride: usize,
    },
    /// The image is smaller than a patch.
    #[error("patches of {size}×{size}×{size} voxels do not fit an image of {} voxels", times(shape))]
    PatchTooLarge {
        /// Edge in voxels.
        size: usize,
        /// Voxels of the image along its axes.
        shape: [usize; 3],
    },
    /// The image has more elements than this program lists.
    #[error("{count} elements in an image of {} voxels, more than {MAX_ELEMENTS}", times(shape))]
    TooMany {
        /// Number of elements.
        count: usize,
        /// Voxels of the image along its axes.
        shape: [usize; 3],
    },
    /// The slice direction is none of the three axes.
    #[error("slice direction {direction} is none of 0 (sagittal), 1 (coronal) and 2 (axial)")]
    BadDirection {
        /// The direction that was asked for.
        direction: usize,
    },
    /// All slices are discarded.
    #[error(
        "{begin} {} slices are left out in front and {end} behind, but an image of {} voxels has only {}",
        direction_name(*direction), times(shape), shape[*direction]
    )]
    NoSlices {
        /// Axis, 0 to 2.
        direction: usize,
        /// Slices discarded at the beginning.
        begin: usize,
        /// Slices discarded at the end.
        end: usize,
        /// Voxels of the image along its axes.
        shape: [usize; 3],
    },
    /// `num_slices` is 0 or exceeds the image.
    #[error(
        "{num_slices} {} slices from slice {begin} on, but an image of {} voxels has only {}",
        direction_name(*direction), times(shape), shape[*direction]
    )]
    TooFewSlices {
        /// Axis, 0 to 2.
        direction: usize,
        /// Slices asked for.
        num_slices: usize,
        /// The first of them.
        begin: usize,
        /// Voxels of the image along its axes.
        shape: [usize; 3],
    },
    /// No region is named.
    #[error("no region is named")]
    NoRegions,
    /// There is not one mask per region.
    #[error("{n_regions} regions, but {n_masks} masks")]
    MaskCount {
        /// Number of regions.
        n_regions: usize,
        /// Number of masks.
        n_masks: usize,
    },
    /// The mask has another size than the image.
    #[error("the mask of region {region} has {} voxels, but the image has {}", times(mask), times(shape))]
    MaskGrid {
        /// The region.
        region: String,
        /// Voxels of the mask along its axes.
        mask: [usize; 3],
        /// Voxels of the image along its axes.
        shape: [usize; 3],
    },
    /// The mask is 0 everywhere.
    #[error("the mask of region {region} is 0 in all {n_voxels} voxels")]
    EmptyMask {
        /// The region.
        region: String,
        /// Number of all voxels.
        n_voxels: usize,
    },
    /// The mask has NaN or infinite voxels.
    #[error("the mask of region {region} is not finite in {count} of {n_voxels} voxels")]
    MaskNotFinite {
        /// The region.
        region: String,
        /// Number of voxels that are not finite.
        count: usize,
        /// Number of all voxels.
        n_voxels: usize,
    },
    /// The volume has another size than the image that the elements were listed for.
    #[error("elements of an image of {} voxels cannot be taken from or put into one of {}", times(expected), times(found))]
    OtherGrid {
        /// Voxels of the elements' image along its axes.
        expected: [usize; 3],
        /// Voxels of the volume along its axes.
        found: [usize; 3],
    },
    /// The map has another size than the element.
    #[error("{element} has {expected} values, but its map has {found}")]
    MapSize {
        /// The element in words.
        element: String,
        /// Number of the element's values after the transforms.
        expected: usize,
        /// Number of the map's values.
        found: usize,
    },
    /// ClinicaDL's size reduction needs three axes.
    #[error("a size reduction by {factor} takes 3D inputs, but {element} is 2D")]
    SizeReducedSlice {
        /// The element in words.
        element: String,
        /// Distance of two kept voxels.
        factor: u32,
    },
    /// The element cannot be transformed.
    #[error("{element}: {error}")]
    Transform {
        /// The element in words.
        element: String,
        /// Why not.
        error: TransformError,
    },
}

impl ElementError {
    /// What the user may do.
    pub fn hint(&self) -> String {
        match self {
            ElementError::EmptyPatch { .. } | ElementError::BadDirection { .. } | ElementError::TooMany { .. } => {
                "check patch_size, stride_size and slice_direction in maps.json"
            }
            ElementError::PatchTooLarge { .. } | ElementError::NoSlices { .. } | ElementError::TooFewSlices { .. } => {
                "use images preprocessed as in training: those of this size cannot have been in it"
            }
            ElementError::NoRegions => "check roi_list in maps.json",
            ElementError::MaskCount { .. } => "give one mask per region of roi_list",
            ElementError::MaskGrid { .. } => "give the mask that was used in training, on the grid of the images (cropped or not)",
            ElementError::EmptyMask { .. } | ElementError::MaskNotFinite { .. } => {
                "check the mask in a viewer: it must be 1 in the region and 0 elsewhere"
            }
            ElementError::OtherGrid { .. } | ElementError::MapSize { .. } => "list the elements of this image again",
            ElementError::SizeReducedSlice { .. } => "ClinicaDL cannot use such a model either: set size_reduction to false",
            ElementError::Transform { error, .. } => return error.hint(),
        }
        .to_owned()
    }
}
