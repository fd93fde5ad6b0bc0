//! Raw voxel bytes, first axis fastest, → float32 intensities, last axis fastest.

use super::NiftiError;
use super::grid::{Grid, Scaling, VoxelType};
use crate::volume::MAX_VOXELS;

/// Planes turned at a time: 16 float32 fill one cache line of the result.
const PLANES: usize = 16;

/// Converts and turns every voxel.
///
/// Arithmetic is nibabel's for `get_fdata(dtype="float32")`: types that float32 holds exactly are scaled in float32, wider
/// ones in float64, and the result is rounded to float32.
pub(super) fn to_f32(file_name: &str, raw: &[u8], grid: &Grid) -> Result<Vec<f32>, NiftiError> {
    let mut data = Vec::new();
    let too_large = |_| NiftiError::TooLarge { file: file_name.to_owned(), shape: grid.shape.to_vec(), limit: MAX_VOXELS };
    data.try_reserve_exact(grid.shape.iter().product()).map_err(too_large)?;
    data.resize(grid.shape.iter().product(), 0.0);
    if grid.is_little_endian {
        decode_little(raw, grid, &mut data)
    } else {
        decode_big(raw, grid, &mut data)
    }
    Ok(data)
}

/// One arm per type; the scaling is decided once, outside the loop over voxels.
macro_rules! decoder {
    ($name:ident, $from_bytes:ident) => {
        fn $name(raw: &[u8], grid: &Grid, data: &mut [f32]) {
            let shape = grid.shape;
            macro_rules! narrow {
                ($type:ty) => {
                    match grid.scaling {
                        None => turn(raw, shape, data, |bytes| <$type>::$from_bytes(bytes) as f32),
                        Some(by) => turn(raw, shape, data, |bytes| by.in_f32(<$type>::$from_bytes(bytes) as f32)),
                    }
                };
            }
            macro_rules! wide {
                ($type:ty) => {
                    match grid.scaling {
                        None => turn(raw, shape, data, |bytes| <$type>::$from_bytes(bytes) as f64 as f32),
                        Some(by) => turn(raw, shape, data, |bytes| by.in_f64(<$type>::$from_bytes(bytes) as f64)),
                    }
                };
            }
            match grid.voxel_type {
                VoxelType::U8 => narrow!(u8),
                VoxelType::I8 => narrow!(i8),
                VoxelType::U16 => narrow!(u16),
                VoxelType::I16 => narrow!(i16),
                VoxelType::F32 => narrow!(f32),
                VoxelType::U32 => wide!(u32),
                VoxelType::I32 => wide!(i32),
                VoxelType::U64 => wide!(u64),
                VoxelType::I64 => wide!(i64),
                VoxelType::F64 => wide!(f64),
            }
        }
    };
}

decoder!(decode_little, from_le_bytes);
decoder!(decode_big, from_be_bytes);

impl Scaling {
    fn in_f32(self, raw: f32) -> f32 {
        raw * self.slope + self.intercept
    }

    fn in_f64(self, raw: f64) -> f32 {
        (raw * f64::from(self.slope) + f64::from(self.intercept)) as f32
    }
}

/// Reads [`PLANES`] planes side by side, so that both the reading and the writing side stay in cache.
fn turn<const N: usize>(raw: &[u8], shape: [usize; 3], data: &mut [f32], decode: impl Fn([u8; N]) -> f32) {
    let [n_i, n_j, n_k] = shape;
    let (voxels, _) = raw.as_chunks::<N>();
    for j in 0..n_j {
        for first_k in (0..n_k).step_by(PLANES) {
            let ks = first_k..n_k.min(first_k + PLANES);
            for k in ks.clone() {
                let from = (k * n_j + j) * n_i;
                let row = &voxels[from..from + n_i];
                for (i, &bytes) in row.iter().enumerate() {
                    data[(i * n_j + j) * n_k + k] = decode(bytes);
                }
            }
        }
    }
}
