//! How elements are cut from an image: the extraction modes of `clinicadl prepare-data`.

use std::fmt;

/// The part of an image that one input of a network is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Extraction {
    /// The whole image.
    #[default]
    Image,
    /// Cubes on a regular grid.
    Patch {
        /// Edge in voxels.
        size: usize,
        /// Distance of neighbouring cubes in voxels.
        stride: usize,
    },
    /// Masked regions.
    Roi {
        /// Names of the regions, in the order of the elements.
        names: Vec<String>,
        /// Whether the masked image keeps its grid; otherwise only index planes that the mask touches are kept.
        uncropped: bool,
        /// `roi_custom_template`: the template in whose folder the masks of custom preprocessing lie.
        template: Option<String>,
        /// `roi_custom_mask_pattern`: what the names of the masks of custom preprocessing contain.
        mask_pattern: Option<String>,
    },
    /// Planes.
    Slice {
        /// Axis of the image along which slices are counted: 0 sagittal, 1 coronal, 2 axial.
        direction: usize,
        /// Channels of the network's input.
        channels: SliceChannels,
        /// Slices left out at the beginning and at the end.
        discarded: [usize; 2],
        /// Number of slices; `None` for all that are not discarded.
        num_slices: Option<usize>,
    },
}

/// Channels of the network's input that a slice becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SliceChannels {
    /// One channel.
    Single,
    /// Three equal channels, for networks trained on colour images.
    Rgb,
}

impl Extraction {
    /// Number of channels of an element.
    pub fn n_channels(&self) -> usize {
        match self {
            Extraction::Slice { channels: SliceChannels::Rgb, .. } => 3,
            _ => 1,
        }
    }

    /// Number of the first element in names of files: ClinicaDL counts slices in the whole image.
    pub fn first_number(&self) -> usize {
        match self {
            Extraction::Slice { discarded, .. } => discarded[0],
            _ => 0,
        }
    }
}

impl fmt::Display for Extraction {
    /// The extraction in words; empty for whole images.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Extraction::Image => Ok(()),
            Extraction::Patch { size, stride } => write!(f, "patches of {size}×{size}×{size}, every {stride} voxels"),
            Extraction::Roi { names, uncropped, .. } => {
                let cropped = if *uncropped { "uncropped" } else { "cropped" };
                write!(f, "{cropped} regions: {}", names.join(", "))
            }
            Extraction::Slice { direction, channels, discarded: [begin, end], .. } => {
                let direction = direction_name(*direction);
                let channels = if *channels == SliceChannels::Rgb { ", as colour images" } else { "" };
                write!(f, "{direction} slices{channels}, {begin} left out in front and {end} behind")
            }
        }
    }
}

/// The anatomical name of a slice direction: 0 sagittal, 1 coronal, 2 axial.
pub(super) fn direction_name(direction: usize) -> &'static str {
    ["sagittal", "coronal", "axial"].get(direction).copied().unwrap_or("oblique")
}
