//! Why an image has no such elements, or an element cannot be used.

use crate::volume::extraction::direction_name;
use crate::volume::grid::times;
use crate::volume::transforms::TransformError;

/// Most elements of one image: two hundred times the patches of ClinicaDL's defaults, and a bound on memory.
pub const MAX_ELEMENTS: usize = 1 << 16;

/// What does not fit. The caller knows the file and names it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ElementError {
    /// A patch or a stride of 0.
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
        /// The image.
        shape: [usize; 3],
    },
    /// More elements than this program is ready to list.
    #[error("{count} elements in an image of {} voxels, more than {MAX_ELEMENTS}", times(shape))]
    TooMany {
        /// Elements.
        count: usize,
        /// The image.
        shape: [usize; 3],
    },
    /// Not one of the three axes.
    #[error("slice direction {direction} is none of 0 (sagittal), 1 (coronal) and 2 (axial)")]
    BadDirection {
        /// The direction.
        direction: usize,
    },
    /// The discarded slices are all there are.
    #[error(
        "{begin} {} slices are left out in front and {end} behind, but an image of {} voxels has only {}",
        direction_name(*direction), times(shape), shape[*direction]
    )]
    NoSlices {
        /// Axis, 0 to 2.
        direction: usize,
        /// Left out in front.
        begin: usize,
        /// Left out behind.
        end: usize,
        /// The image.
        shape: [usize; 3],
    },
    /// `num_slices` goes beyond the image.
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
        /// The image.
        shape: [usize; 3],
    },
    /// No region at all.
    #[error("no region is named")]
    NoRegions,
    /// Not one mask per region.
    #[error("{n_regions} regions, but {n_masks} masks")]
    MaskCount {
        /// Regions named.
        n_regions: usize,
        /// Masks given.
        n_masks: usize,
    },
    /// A mask on another grid.
    #[error("the mask of region {region} has {} voxels, but the image has {}", times(mask), times(shape))]
    MaskGrid {
        /// The region.
        region: String,
        /// The mask.
        mask: [usize; 3],
        /// The image.
        shape: [usize; 3],
    },
    /// A mask without a voxel.
    #[error("the mask of region {region} is 0 in all {n_voxels} voxels")]
    EmptyMask {
        /// The region.
        region: String,
        /// All voxels.
        n_voxels: usize,
    },
    /// NaN or infinity in a mask.
    #[error("the mask of region {region} is not finite in {count} of {n_voxels} voxels")]
    MaskNotFinite {
        /// The region.
        region: String,
        /// Such voxels.
        count: usize,
        /// All voxels.
        n_voxels: usize,
    },
    /// A volume on another grid than the one the elements were listed for.
    #[error("elements of an image of {} voxels cannot be taken from or put into one of {}", times(expected), times(found))]
    OtherGrid {
        /// The grid they belong to.
        expected: [usize; 3],
        /// The volume.
        found: [usize; 3],
    },
    /// A map of another size than the element's.
    #[error("{element} has {expected} values, but its map has {found}")]
    MapSize {
        /// The element in words.
        element: String,
        /// Values of the element after the transforms.
        expected: usize,
        /// Values of the map.
        found: usize,
    },
    /// ClinicaDL's size reduction needs three axes.
    #[error("a size reduction by {factor} takes 3D inputs, but {element} is 2D")]
    SizeReducedSlice {
        /// The element in words.
        element: String,
        /// The step.
        factor: u32,
    },
    /// The transforms refuse the element.
    #[error("{element}: {error}")]
    Transform {
        /// The element in words.
        element: String,
        /// Why.
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
