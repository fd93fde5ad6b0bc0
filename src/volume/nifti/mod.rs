//! Reading and writing NIfTI-1: `.nii` and `.nii.gz` bytes ↔ [`Volume`], with nibabel's choices and arithmetic.
//!
//! ClinicaDL reads images through `nibabel.load(path).get_fdata(dtype="float32")`; saliency maps can only agree with its
//! maps if the voxels agree first. The `nifti` crate parses the header. Voxels are converted here, in one pass from the
//! file's bytes to the last-axis-fastest float32 of [`Volume`], because 6 million voxels are read for every participant.
//! The file is decompressed and converted while it is read, so that nothing but the float32 voxels is ever whole in memory.

mod error;
mod header;
mod orientation;
mod stream;
mod voxel_layout;
mod voxels;
mod write;

pub use error::NiftiError;
pub use write::{write, write_as_clinicadl, write_channels};

use super::{Affine, Volume};
use crate::files::{BorrowedFile, FileSource, poll_once};
use stream::NiftiStream;
use voxel_layout::VoxelLayout;

/// Reads a NIfTI-1 image in one file, gzipped or not (its first bytes decide, not its name).
///
/// Voxels become float32 as nibabel's `get_fdata(dtype="float32")` makes them; the affine is the one nibabel would choose:
/// sform, else qform, else voxel sizes around the centre. Trailing axes of length 1 are dropped.
///
/// # Errors
/// [`NiftiError`], naming `file_name`.
pub async fn read_file(file_name: &str, file: &dyn FileSource) -> Result<Volume, NiftiError> {
    let mut stream = NiftiStream::open(file_name, file).await?;
    let header = stream.header().await?;
    let layout = VoxelLayout::from_header(file_name, &header)?;
    read_voxels(file_name, stream, layout).await
}

/// Whether the header gives the image's place (its sform or qform code is set); without one, nibabel places it around the
/// origin.
///
/// # Errors
/// The errors of [`read_file`] about the header.
pub async fn has_place(file_name: &str, file: &dyn FileSource) -> Result<bool, NiftiError> {
    Ok(has_form(&NiftiStream::open(file_name, file).await?.header().await?))
}

/// Reads a NIfTI-1 image like [`read_file`], from the bytes of a file.
///
/// # Examples
/// ```
/// use maplens::volume::{Affine, Volume, nifti};
///
/// // Two voxels along the last axis, 1.5 mm apart.
/// let world_from_voxel = Affine::from_diagonal([1.5; 3], [-84.0, -119.0, -78.0]);
/// let volume = Volume::new([1, 1, 2], vec![0.25, -4.0], world_from_voxel)?;
///
/// let bytes = nifti::write(&volume);
/// assert_eq!(nifti::read("map.nii.gz", &bytes)?, volume);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The errors of [`read_file`].
pub fn read(file_name: &str, bytes: &[u8]) -> Result<Volume, NiftiError> {
    poll_once(read_file(file_name, &BorrowedFile(bytes)))
}

/// Size and place of an image from `head`, the first bytes of its file: the header, or as much of a gzip stream as
/// decompresses to it.
///
/// # Errors
/// The errors of [`read_file`] about the header; [`NiftiError::Truncated`] where more bytes are needed.
pub fn read_grid(file_name: &str, head: &[u8]) -> Result<super::Grid, NiftiError> {
    let layout = VoxelLayout::from_header(file_name, &header_of(file_name, head)?)?;
    Ok(super::Grid { shape: layout.shape, world_from_voxel: layout.world_from_voxel })
}

/// Size and place of an image like [`read_grid`], and whether the header gives the place, like [`has_place`].
///
/// # Errors
/// The errors of [`read_grid`].
pub fn read_grid_and_has_place(file_name: &str, head: &[u8]) -> Result<(super::Grid, bool), NiftiError> {
    Ok((read_grid(file_name, head)?, has_form(&header_of(file_name, head)?)))
}

/// Reads a mask like [`read_file`], except that a first axis of length 1 of four is dropped: ClinicaDL accepts it in masks.
/// The affine of such a file places other axes, and must not be used.
///
/// # Errors
/// The errors of [`read_file`].
pub async fn read_mask_file(file_name: &str, file: &dyn FileSource) -> Result<Volume, NiftiError> {
    let mut stream = NiftiStream::open(file_name, file).await?;
    let (layout, _) = mask_layout(file_name, stream.header().await?)?;
    read_voxels(file_name, stream, layout).await
}

/// Reads a mask like [`read_mask_file`], from the bytes of a file.
///
/// # Errors
/// The errors of [`read_mask_file`].
pub fn read_mask(file_name: &str, bytes: &[u8]) -> Result<Volume, NiftiError> {
    poll_once(read_mask_file(file_name, &BorrowedFile(bytes)))
}

/// Size and place of a mask from `head`, the first bytes of its file. The place is `None` for a mask with a leading axis,
/// whose affine places other axes.
///
/// # Errors
/// The errors of [`read_grid`].
pub fn read_mask_grid(file_name: &str, head: &[u8]) -> Result<([usize; 3], Option<Affine>), NiftiError> {
    let (layout, has_leading_axis) = mask_layout(file_name, header_of(file_name, head)?)?;
    Ok((layout.shape, (!has_leading_axis).then_some(layout.world_from_voxel)))
}

async fn read_voxels(file_name: &str, mut stream: NiftiStream<'_>, layout: VoxelLayout) -> Result<Volume, NiftiError> {
    let data = voxels::read(file_name, &mut stream, &layout).await?;
    Ok(Volume { shape: layout.shape, data, world_from_voxel: layout.world_from_voxel })
}

/// Whether the code of sform or qform is set.
fn has_form(header: &::nifti::NiftiHeader) -> bool {
    header.sform_code != 0 || header.qform_code != 0
}

fn header_of(file_name: &str, head: &[u8]) -> Result<::nifti::NiftiHeader, NiftiError> {
    poll_once(async { NiftiStream::open(file_name, &BorrowedFile(head)).await?.header().await })
}

/// The layout of a mask's voxels, and whether a leading axis was dropped, which does not change the order of the voxels.
fn mask_layout(file_name: &str, mut header: ::nifti::NiftiHeader) -> Result<(VoxelLayout, bool), NiftiError> {
    let has_leading_axis = header.dim[0] == 4 && header.dim[1] == 1;
    if has_leading_axis {
        header.dim[1..].rotate_left(1);
        header.dim[0] = 3;
    }
    Ok((VoxelLayout::from_header(file_name, &header)?, has_leading_axis))
}

/// Whether a file's name ends in `.nii` or `.nii.gz`, whatever its letter case.
pub fn is_nifti_name(file_name: &str) -> bool {
    let lower = file_name.to_ascii_lowercase();
    lower.ends_with(".nii") || lower.ends_with(".nii.gz")
}
