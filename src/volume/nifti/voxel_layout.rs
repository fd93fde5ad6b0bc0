//! The header, validated: shape of the voxels, their type and position in the file, and their place in the world.

use nifti::{Endianness, NiftiHeader, NiftiType};

use super::header::HEADER_LEN;
use super::{NiftiError, orientation};
use crate::volume::{Affine, MAX_VOXELS};

/// First position that voxels may have: behind the header and four bytes that announce extensions.
const FIRST_DATA_OFFSET: usize = HEADER_LEN + 4;

/// Largest position of the first voxel: extensions hold text, not images.
const MAX_DATA_OFFSET: f32 = 16_777_216.0;

/// How the bytes of a file are converted to a volume.
#[derive(Debug)]
pub(super) struct VoxelLayout {
    /// Number of voxels along i, j, k; i is the fastest axis of the file.
    pub shape: [usize; 3],
    pub voxel_type: VoxelType,
    pub is_little_endian: bool,
    /// `None` where raw values are the intensities.
    pub scaling: Option<LinearScaling>,
    /// Position of the first voxel in the decompressed file.
    pub data_offset: usize,
    /// Bytes of all voxels.
    pub n_bytes: usize,
    pub world_from_voxel: Affine,
}

/// The scaling of raw values: intensity = raw · slope + intercept.
#[derive(Debug, Clone, Copy)]
pub(super) struct LinearScaling {
    pub slope: f32,
    pub intercept: f32,
}

/// The scalar types of voxels in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VoxelType {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
}

impl VoxelType {
    /// Bytes of a voxel.
    fn size(self) -> usize {
        match self {
            VoxelType::U8 | VoxelType::I8 => 1,
            VoxelType::U16 | VoxelType::I16 => 2,
            VoxelType::U32 | VoxelType::I32 | VoxelType::F32 => 4,
            VoxelType::U64 | VoxelType::I64 | VoxelType::F64 => 8,
        }
    }
}

impl VoxelLayout {
    /// The layout that a header describes.
    ///
    /// # Errors
    /// If the image is not one 3D volume of scalars, is too large, or a field of the header is not valid.
    pub fn from_header(file_name: &str, header: &NiftiHeader) -> Result<Self, NiftiError> {
        let shape = shape(file_name, header)?;
        let voxel_type = voxel_type(file_name, header)?;
        Ok(VoxelLayout {
            shape,
            voxel_type,
            is_little_endian: header.endianness == Endianness::Little,
            scaling: scaling(file_name, header)?,
            data_offset: data_offset(file_name, header)?,
            // `shape` kept the product below MAX_VOXELS.
            n_bytes: shape.iter().product::<usize>() * voxel_type.size(),
            world_from_voxel: orientation::world_from_voxel(file_name, header, shape)?,
        })
    }
}

/// The lengths of the three axes; further axes are allowed where they have length 1.
fn shape(file_name: &str, header: &NiftiHeader) -> Result<[usize; 3], NiftiError> {
    let file = || file_name.to_owned();
    let bad = |field, value: u16| NiftiError::BadField { file: file(), field, value: (value as i16).to_string() };
    let [n_axes, axes @ ..] = header.dim;
    let axes = axes.get(..usize::from(n_axes)).ok_or_else(|| bad("dim[0]", n_axes))?;
    if let Some(&length) = axes.iter().find(|&&length| (length as i16) < 1) {
        return Err(bad("dim", length));
    }
    let all: Vec<usize> = axes.iter().map(|&length| usize::from(length)).collect();
    let (Some(&[i, j, k]), Some(trailing)) = (all.first_chunk::<3>(), all.get(3..)) else {
        return Err(NiftiError::NotThreeDimensional { file: file(), shape: all });
    };
    if trailing.iter().any(|&length| length != 1) {
        return Err(NiftiError::NotThreeDimensional { file: file(), shape: all });
    }
    let n_voxels = i.checked_mul(j).and_then(|plane| plane.checked_mul(k));
    match n_voxels {
        Some(n) if n <= MAX_VOXELS => Ok([i, j, k]),
        _ => Err(NiftiError::TooLarge { file: file(), shape: all, limit: MAX_VOXELS }),
    }
}

fn voxel_type(file_name: &str, header: &NiftiHeader) -> Result<VoxelType, NiftiError> {
    let unsupported = |name| NiftiError::UnsupportedType { file: file_name.to_owned(), code: header.datatype, name };
    match header.data_type().map_err(|_| unsupported("unknown"))? {
        NiftiType::Uint8 => Ok(VoxelType::U8),
        NiftiType::Int8 => Ok(VoxelType::I8),
        NiftiType::Uint16 => Ok(VoxelType::U16),
        NiftiType::Int16 => Ok(VoxelType::I16),
        NiftiType::Uint32 => Ok(VoxelType::U32),
        NiftiType::Int32 => Ok(VoxelType::I32),
        NiftiType::Uint64 => Ok(VoxelType::U64),
        NiftiType::Int64 => Ok(VoxelType::I64),
        NiftiType::Float32 => Ok(VoxelType::F32),
        NiftiType::Float64 => Ok(VoxelType::F64),
        NiftiType::Float128 => Err(unsupported("float128")),
        NiftiType::Complex64 | NiftiType::Complex128 | NiftiType::Complex256 => Err(unsupported("complex")),
        NiftiType::Rgb24 | NiftiType::Rgba32 => Err(unsupported("colour")),
    }
}

/// The header's scaling. As in nibabel, a slope that is 0 or not finite means that there is none, whatever the intercept.
fn scaling(file_name: &str, header: &NiftiHeader) -> Result<Option<LinearScaling>, NiftiError> {
    let (slope, intercept) = (header.scl_slope, header.scl_inter);
    if slope == 0.0 || !slope.is_finite() || (slope, intercept) == (1.0, 0.0) {
        return Ok(None);
    }
    if !intercept.is_finite() {
        return Err(NiftiError::BadField { file: file_name.to_owned(), field: "scl_inter", value: intercept.to_string() });
    }
    Ok(Some(LinearScaling { slope, intercept }))
}

/// The position of the first voxel. Some writers leave 0 in the header and mean "directly behind the header".
fn data_offset(file_name: &str, header: &NiftiHeader) -> Result<usize, NiftiError> {
    let offset = header.vox_offset;
    if !(0.0..=MAX_DATA_OFFSET).contains(&offset) {
        return Err(NiftiError::BadField { file: file_name.to_owned(), field: "vox_offset", value: offset.to_string() });
    }
    Ok((offset as usize).max(FIRST_DATA_OFFSET))
}
