//! NIfTI-1 in and out: `.nii` and `.nii.gz` bytes ↔ [`Volume`], with nibabel's choices and arithmetic.
//!
//! ClinicaDL reads images through `nibabel.load(path).get_fdata(dtype="float32")`; saliency maps can only agree with its
//! maps if the voxels agree first. The `nifti` crate parses the header. Voxels are converted here, in one pass from the
//! file's bytes to the last-axis-fastest float32 of [`Volume`], because 6 million voxels are read for every participant.
//! Unpacking and converting go on while the file is read, so that nothing but the float32 voxels is ever whole in memory.

mod content;
mod grid;
mod orientation;
mod voxels;
mod write;

pub use write::{write, write_as_clinicadl, write_channels};

use super::{Affine, Volume};
use crate::files::{Bytes, FileError, FileSource, at_once};
use content::Content;
use grid::Grid;

/// Bytes of a NIfTI-1 header.
const HEADER_LEN: usize = 348;

/// Reads a NIfTI-1 image in one file, gzipped or not (decided by its first bytes, not by its name).
///
/// Voxels become float32 as nibabel's `get_fdata(dtype="float32")` makes them; the affine is the one nibabel would choose:
/// sform, else qform, else voxel sizes around the centre. Trailing axes of length 1 are dropped.
///
/// # Errors
/// [`NiftiError`], naming `file_name`.
pub async fn read_file(file_name: &str, file: &dyn FileSource) -> Result<Volume, NiftiError> {
    let mut content = Content::open(file_name, file).await?;
    let header = content.header().await?;
    let grid = Grid::from_header(file_name, &header)?;
    read_voxels(file_name, content, grid).await
}

/// Whether the header says where the image lies; where it does not, nibabel's place is around the origin.
///
/// # Errors
/// As [`read_file`].
pub async fn says_its_place(file_name: &str, file: &dyn FileSource) -> Result<bool, NiftiError> {
    Ok(has_form(&Content::open(file_name, file).await?.header().await?))
}

/// As [`read_file`], from bytes at hand.
///
/// # Errors
/// As [`read_file`].
pub fn read(file_name: &str, bytes: &[u8]) -> Result<Volume, NiftiError> {
    at_once(read_file(file_name, &Bytes(bytes)))
}

/// Size and place of an image from the first bytes of its file: the header, or as much of a gzip stream as unpacks to it.
///
/// # Errors
/// As [`read_file`]; [`NiftiError::Truncated`] where more bytes are needed.
pub fn read_grid(file_name: &str, beginning: &[u8]) -> Result<super::Grid, NiftiError> {
    let grid = Grid::from_header(file_name, &header_of(file_name, beginning)?)?;
    Ok(super::Grid { shape: grid.shape, world_from_voxel: grid.world_from_voxel })
}

/// As [`read_grid`], and as [`says_its_place`].
///
/// # Errors
/// As [`read_grid`].
pub fn read_grid_and_whether_it_is_said(file_name: &str, beginning: &[u8]) -> Result<(super::Grid, bool), NiftiError> {
    Ok((read_grid(file_name, beginning)?, has_form(&header_of(file_name, beginning)?)))
}

/// Reads a mask: as [`read_file`], but of four axes a first one of length 1 is dropped, which ClinicaDL accepts in masks.
/// Their affine then places other axes, and must not be used.
///
/// # Errors
/// As [`read_file`].
pub async fn read_mask_file(file_name: &str, file: &dyn FileSource) -> Result<Volume, NiftiError> {
    let mut content = Content::open(file_name, file).await?;
    let (grid, _) = mask_grid(file_name, content.header().await?)?;
    read_voxels(file_name, content, grid).await
}

/// As [`read_mask_file`], from bytes at hand.
///
/// # Errors
/// As [`read_mask_file`].
pub fn read_mask(file_name: &str, bytes: &[u8]) -> Result<Volume, NiftiError> {
    at_once(read_mask_file(file_name, &Bytes(bytes)))
}

/// Size of a mask from the first bytes of its file, and its place, which one with a leading axis does not tell.
///
/// # Errors
/// As [`read_grid`].
pub fn read_mask_grid(file_name: &str, beginning: &[u8]) -> Result<([usize; 3], Option<Affine>), NiftiError> {
    let (grid, has_leading_axis) = mask_grid(file_name, header_of(file_name, beginning)?)?;
    Ok((grid.shape, (!has_leading_axis).then_some(grid.world_from_voxel)))
}

async fn read_voxels(file_name: &str, mut content: Content<'_>, grid: Grid) -> Result<Volume, NiftiError> {
    let data = voxels::read(file_name, &mut content, &grid).await?;
    Ok(Volume { shape: grid.shape, data, world_from_voxel: grid.world_from_voxel })
}

fn has_form(header: &::nifti::NiftiHeader) -> bool {
    header.sform_code != 0 || header.qform_code != 0
}

fn header_of(file_name: &str, beginning: &[u8]) -> Result<::nifti::NiftiHeader, NiftiError> {
    at_once(async { Content::open(file_name, &Bytes(beginning)).await?.header().await })
}

/// The grid of a mask, and whether a leading axis was dropped. A singleton first axis changes nothing in the file's order.
fn mask_grid(file_name: &str, mut header: ::nifti::NiftiHeader) -> Result<(Grid, bool), NiftiError> {
    let has_leading_axis = header.dim[0] == 4 && header.dim[1] == 1;
    if has_leading_axis {
        header.dim[1..].rotate_left(1);
        header.dim[0] = 3;
    }
    Ok((Grid::from_header(file_name, &header)?, has_leading_axis))
}

/// Whether a file's name says NIfTI.
pub fn is_nifti_name(file_name: &str) -> bool {
    let lower = file_name.to_ascii_lowercase();
    lower.ends_with(".nii") || lower.ends_with(".nii.gz")
}

/// Why bytes are no image that this program can take.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NiftiError {
    /// Its bytes cannot be had.
    #[error(transparent)]
    Unreadable(#[from] FileError),
    /// Neither magic number nor header of NIfTI-1.
    #[error("{file}: not a NIfTI-1 image (no \"n+1\" mark in its header)")]
    NotNifti {
        /// The file.
        file: String,
    },
    /// A NIfTI-2 header.
    #[error("{file}: a NIfTI-2 image, and only NIfTI-1 is read")]
    Nifti2 {
        /// The file.
        file: String,
    },
    /// A `.hdr` whose voxels lie in an `.img`.
    #[error("{file}: a header whose voxels lie in a second file (.hdr/.img pair)")]
    TwoFiles {
        /// The file.
        file: String,
    },
    /// The bytes end too early.
    #[error("{file}: truncated, {needed} bytes are needed but only {found} are there")]
    Truncated {
        /// The file.
        file: String,
        /// Bytes that header and voxels take.
        needed: u64,
        /// Bytes there are, after unpacking.
        found: u64,
    },
    /// The gzip stream is broken.
    #[error("{file}: the gzip stream is damaged ({reason})")]
    DamagedGzip {
        /// The file.
        file: String,
        /// What the unpacker says.
        reason: String,
    },
    /// A header field without meaning.
    #[error("{file}: header field {field} is {value}, which is not valid")]
    BadField {
        /// The file.
        file: String,
        /// Its name in the NIfTI-1 standard.
        field: &'static str,
        /// Its value.
        value: String,
    },
    /// Not one 3D volume.
    #[error("{file}: an image of {} voxels, but one 3D volume is needed", times(shape))]
    NotThreeDimensional {
        /// The file.
        file: String,
        /// All its axes.
        shape: Vec<usize>,
    },
    /// More voxels than this program is ready to hold.
    #[error("{file}: an image of {} voxels, but at most {limit} can be held in memory", times(shape))]
    TooLarge {
        /// The file.
        file: String,
        /// All its axes.
        shape: Vec<usize>,
        /// Voxels allowed.
        limit: usize,
    },
    /// Complex numbers, colours and the like.
    #[error("{file}: voxels of type {name} (code {code}) are not scalar intensities")]
    UnsupportedType {
        /// The file.
        file: String,
        /// The `datatype` field.
        code: i16,
        /// Its name in the standard, or "unknown".
        name: &'static str,
    },
    /// An affine that maps the grid onto a plane, a line or nothing.
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

/// `2×3×4`
fn times(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}
