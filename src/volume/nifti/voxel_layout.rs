//! The header, validated: shape of the voxels, their type and position in the file, and their place in the world.

use super::header::Header;
use super::{NiftiError, orientation};
use crate::volume::known_space::Assumption;
use crate::volume::{Affine, MAX_AXIS, MAX_VOXELS};

/// Largest position of the first voxel: extensions hold text, not images.
const MAX_DATA_OFFSET: f64 = 16_777_216.0;

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
    /// Why the affine had to be assumed; `None` where the header gives it.
    pub assumption: Option<Assumption>,
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
    pub fn from_header(file_name: &str, header: &Header) -> Result<Self, NiftiError> {
        let shape = shape(file_name, header)?;
        let (world_from_voxel, assumption) = orientation::world_from_voxel(header, shape);
        let voxel_type = voxel_type(file_name, header)?;
        Ok(VoxelLayout {
            shape,
            voxel_type,
            is_little_endian: header.is_little_endian,
            scaling: scaling(file_name, header)?,
            data_offset: data_offset(file_name, header)?,
            // `shape` kept the product below MAX_VOXELS.
            n_bytes: shape.iter().product::<usize>() * voxel_type.size(),
            world_from_voxel,
            assumption,
        })
    }
}

/// The lengths of the three axes; further axes are allowed where they have length 1.
fn shape(file_name: &str, header: &Header) -> Result<[usize; 3], NiftiError> {
    let file = || file_name.to_owned();
    let bad = |field, value: i64| NiftiError::BadField { file: file(), field, value: value.to_string() };
    let [n_axes, axes @ ..] = header.dim;
    let axes = usize::try_from(n_axes).ok().and_then(|n| axes.get(..n)).ok_or_else(|| bad("dim[0]", n_axes))?;
    if let Some(&length) = axes.iter().find(|&&length| length < 1) {
        return Err(bad("dim", length));
    }
    let all: Vec<usize> = axes.iter().map(|&length| usize::try_from(length).unwrap_or(usize::MAX)).collect();
    let (Some(&[i, j, k]), Some(trailing)) = (all.first_chunk::<3>(), all.get(3..)) else {
        return Err(NiftiError::NotThreeDimensional { file: file(), shape: all });
    };
    if trailing.iter().any(|&length| length != 1) {
        return Err(NiftiError::NotThreeDimensional { file: file(), shape: all });
    }
    let n_voxels = i.checked_mul(j).and_then(|plane| plane.checked_mul(k));
    match n_voxels {
        Some(n) if n <= MAX_VOXELS && [i, j, k].into_iter().all(|length| length <= MAX_AXIS) => Ok([i, j, k]),
        _ => Err(NiftiError::TooLarge { file: file(), shape: all, limit: MAX_VOXELS }),
    }
}

fn voxel_type(file_name: &str, header: &Header) -> Result<VoxelType, NiftiError> {
    let unsupported = |name| NiftiError::UnsupportedType { file: file_name.to_owned(), code: header.datatype, name };
    match header.datatype {
        2 => Ok(VoxelType::U8),
        256 => Ok(VoxelType::I8),
        512 => Ok(VoxelType::U16),
        4 => Ok(VoxelType::I16),
        768 => Ok(VoxelType::U32),
        8 => Ok(VoxelType::I32),
        1280 => Ok(VoxelType::U64),
        1024 => Ok(VoxelType::I64),
        16 => Ok(VoxelType::F32),
        64 => Ok(VoxelType::F64),
        1536 => Err(unsupported("float128")),
        32 | 1792 | 2048 => Err(unsupported("complex")),
        128 | 2304 => Err(unsupported("colour")),
        _ => Err(unsupported("unknown")),
    }
}

/// The header's scaling. As in nibabel, a slope that is 0 or not finite means that there is none, whatever the intercept.
/// nibabel brings both to float32, the type it is asked for, also where NIfTI-2 stores float64.
fn scaling(file_name: &str, header: &Header) -> Result<Option<LinearScaling>, NiftiError> {
    let (slope, intercept) = (header.scl_slope, header.scl_inter);
    if slope == 0.0 || !slope.is_finite() || (slope, intercept) == (1.0, 0.0) {
        return Ok(None);
    }
    let narrow = |field, value: f64| {
        let bad = || NiftiError::BadField { file: file_name.to_owned(), field, value: value.to_string() };
        Some(value as f32).filter(|narrow| narrow.is_finite()).ok_or_else(bad)
    };
    Ok(Some(LinearScaling { slope: narrow("scl_slope", slope)?, intercept: narrow("scl_inter", intercept)? }))
}

/// The position of the first voxel. Some writers leave 0 in the header and mean "directly behind the header".
fn data_offset(file_name: &str, header: &Header) -> Result<usize, NiftiError> {
    let offset = header.vox_offset;
    if !(0.0..=MAX_DATA_OFFSET).contains(&offset) {
        return Err(NiftiError::BadField { file: file_name.to_owned(), field: "vox_offset", value: offset.to_string() });
    }
    Ok((offset as usize).max(header.first_offset))
}
