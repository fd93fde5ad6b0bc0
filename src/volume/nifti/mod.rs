//! Reading NIfTI-1 and NIfTI-2, writing NIfTI-1: `.nii` and `.nii.gz` bytes ↔ [`Volume`], with nibabel's choices and arithmetic.
//!
//! ClinicaDL reads images through `nibabel.load(path).get_fdata(dtype="float32")`; saliency maps can only agree with its
//! maps if the voxels agree first. Voxels are converted in one pass from the file's bytes to the last-axis-fastest float32 of
//! [`Volume`], because 6 million voxels are read for every participant.
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

use super::known_space::Assumption;
use super::{Affine, Volume};
use crate::files::{BorrowedFile, FileSource, poll_once};
use header::Header;
use stream::NiftiStream;
use voxel_layout::VoxelLayout;

/// Reads a NIfTI image in one file, gzipped or not (its first bytes decide, not its name).
///
/// Voxels become float32 as nibabel's `get_fdata(dtype="float32")` makes them; the affine is the one nibabel would choose:
/// sform, else qform, else voxel sizes around the centre; a form that places nothing in space is passed over. Trailing axes of
/// length 1 are dropped.
///
/// # Errors
/// [`NiftiError`], naming `file_name`.
pub async fn read_file(file_name: &str, file: &dyn FileSource) -> Result<Volume, NiftiError> {
    let mut stream = NiftiStream::open(file_name, file).await?;
    let header = stream.header().await?;
    let layout = VoxelLayout::from_header(file_name, &header)?;
    if header.is_pair {
        return Err(NiftiError::HalfOfPair { file: file_name.to_owned() });
    }
    read_voxels(file_name, stream, layout).await
}

/// Reads an image whose header is one file and whose voxels are another (`.hdr` and `.img`), like [`read_file`].
///
/// # Errors
/// The errors of [`read_file`], naming the file that they are about; `voxels` is the name of the second one, and the file.
pub async fn read_pair(
    header_name: &str,
    header_file: &dyn FileSource,
    (voxels_name, voxels): (&str, &dyn FileSource),
) -> Result<Volume, NiftiError> {
    let header = NiftiStream::open(header_name, header_file).await?.header().await?;
    let layout = VoxelLayout::from_header(header_name, &header)?;
    if !header.is_pair {
        return read_file(header_name, header_file).await;
    }
    read_voxels(voxels_name, NiftiStream::open(voxels_name, voxels).await?, layout).await
}

/// Why the place of an image had to be assumed; `None` where its header gives it.
///
/// # Errors
/// The errors of [`read_file`] about the header.
pub async fn assumption(file_name: &str, file: &dyn FileSource) -> Result<Option<Assumption>, NiftiError> {
    let header = NiftiStream::open(file_name, file).await?.header().await?;
    Ok(VoxelLayout::from_header(file_name, &header)?.assumption)
}

/// Reads an image like [`read_file`], from the bytes of a file.
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

/// Size and place of an image from `head`, the first bytes of its file (the header, or as much of a gzip stream as
/// decompresses to it), and why the place had to be assumed, if it had.
///
/// # Errors
/// The errors of [`read_file`] about the header; [`NiftiError::Truncated`] where more bytes are needed.
pub fn read_grid(file_name: &str, head: &[u8]) -> Result<(super::Grid, Option<Assumption>), NiftiError> {
    let layout = VoxelLayout::from_header(file_name, &header_of(file_name, head)?)?;
    Ok((super::Grid { shape: layout.shape, world_from_voxel: layout.world_from_voxel }, layout.assumption))
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
/// whose affine places other axes, and for one whose header does not say where it lies.
///
/// # Errors
/// The errors of [`read_grid`].
pub fn read_mask_grid(file_name: &str, head: &[u8]) -> Result<([usize; 3], Option<Affine>), NiftiError> {
    let (layout, has_leading_axis) = mask_layout(file_name, header_of(file_name, head)?)?;
    let is_placed = !has_leading_axis && !matches!(layout.assumption, Some(Assumption::NoForm | Assumption::BadForm));
    Ok((layout.shape, is_placed.then_some(layout.world_from_voxel)))
}

async fn read_voxels(file_name: &str, mut stream: NiftiStream<'_>, layout: VoxelLayout) -> Result<Volume, NiftiError> {
    let data = voxels::read(file_name, &mut stream, &layout).await?;
    Ok(Volume { shape: layout.shape, data, world_from_voxel: layout.world_from_voxel })
}

fn header_of(file_name: &str, head: &[u8]) -> Result<Header, NiftiError> {
    poll_once(async { NiftiStream::open(file_name, &BorrowedFile(head)).await?.header().await })
}

/// The layout of a mask's voxels, and whether a leading axis was dropped, which does not change the order of the voxels.
fn mask_layout(file_name: &str, mut header: Header) -> Result<(VoxelLayout, bool), NiftiError> {
    let has_leading_axis = header.dim[0] == 4 && header.dim[1] == 1;
    if has_leading_axis {
        header.dim[1..].rotate_left(1);
        header.dim[0] = 3;
    }
    Ok((VoxelLayout::from_header(file_name, &header)?, has_leading_axis))
}

/// The name of the other file of a pair: `x.img` of `x.hdr`, `x.hdr.gz` of `x.img.gz`; `None` for other names.
pub fn other_of_pair(file_name: &str) -> Option<String> {
    let (stem, packed) = match file_name.len().checked_sub(3).and_then(|at| file_name.split_at_checked(at)) {
        Some((stem, ending)) if ending.eq_ignore_ascii_case(".gz") => (stem, ending),
        _ => (file_name, ""),
    };
    let (name, ending) = stem.split_at_checked(stem.len().checked_sub(4)?)?;
    let other = match ending {
        ".hdr" => ".img",
        ".img" => ".hdr",
        ".HDR" => ".IMG",
        ".IMG" => ".HDR",
        _ => return None,
    };
    Some(format!("{name}{other}{packed}"))
}

/// Whether a file's name is that of the header of a pair.
pub fn is_pair_header_name(file_name: &str) -> bool {
    other_of_pair(file_name).is_some_and(|other| other.to_ascii_lowercase().contains(".img"))
}

/// Whether a file's name ends in `.nii` or `.nii.gz`, whatever its letter case.
pub fn is_nifti_name(file_name: &str) -> bool {
    let lower = file_name.to_ascii_lowercase();
    lower.ends_with(".nii") || lower.ends_with(".nii.gz")
}
