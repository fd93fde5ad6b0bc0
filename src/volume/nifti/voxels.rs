//! Raw voxel bytes, first axis fastest, → float32 intensities, last axis fastest.

use std::ops::Range;

use super::NiftiError;
use super::stream::NiftiStream;
use super::voxel_layout::{LinearScaling, VoxelLayout, VoxelType};
use crate::files::SLICE;
use crate::volume::MAX_VOXELS;

/// Planes that are transposed at a time: 16 float32 fill one cache line of the result.
const PLANES: usize = 16;

/// Reads all voxels, last axis fastest; they are converted and transposed while they are read, a few planes at a time.
///
/// Arithmetic is nibabel's for `get_fdata(dtype="float32")`: types that float32 holds exactly are scaled in float32, wider
/// ones in float64, and the result is rounded to float32.
pub(super) async fn read(file_name: &str, stream: &mut NiftiStream<'_>, layout: &VoxelLayout) -> Result<Vec<f32>, NiftiError> {
    stream.skip_to_voxels(layout).await?;
    let [n_i, n_j, n_k] = layout.shape;
    let plane_bytes = layout.n_bytes / n_k;
    let n_planes = (SLICE as usize / plane_bytes).clamp(1, PLANES.min(n_k));
    let too_large = || NiftiError::TooLarge { file: file_name.to_owned(), shape: layout.shape.to_vec(), limit: MAX_VOXELS };
    let mut data = zeros(n_i * n_j * n_k, 0.0).ok_or_else(too_large)?;
    let mut raw = zeros(n_planes * plane_bytes, 0).ok_or_else(too_large)?;
    let decode = if layout.is_little_endian { decode_little } else { decode_big };
    for first_k in (0..n_k).step_by(n_planes) {
        let ks = first_k..n_k.min(first_k + n_planes);
        let raw = &mut raw[..ks.len() * plane_bytes];
        stream.next_voxels(raw, layout).await?;
        decode(raw, layout, ks, &mut data);
    }
    stream.check_end().await?;
    Ok(data)
}

/// `n` zeros; `None` if there is no memory for them.
fn zeros<T: Clone>(n: usize, zero: T) -> Option<Vec<T>> {
    let mut values = Vec::new();
    values.try_reserve_exact(n).ok()?;
    values.resize(n, zero);
    Some(values)
}

/// Defines the decoder of one byte order. There is one arm per type; the scaling is decided once, outside the loop over
/// voxels.
macro_rules! decoder {
    ($name:ident, $from_bytes:ident) => {
        fn $name(raw: &[u8], layout: &VoxelLayout, ks: Range<usize>, data: &mut [f32]) {
            let shape = layout.shape;
            macro_rules! narrow {
                ($type:ty) => {
                    match layout.scaling {
                        None => transpose(raw, shape, ks, data, |bytes| <$type>::$from_bytes(bytes) as f32),
                        Some(by) => transpose(raw, shape, ks, data, |bytes| by.in_f32(<$type>::$from_bytes(bytes) as f32)),
                    }
                };
            }
            macro_rules! wide {
                ($type:ty) => {
                    match layout.scaling {
                        None => transpose(raw, shape, ks, data, |bytes| <$type>::$from_bytes(bytes) as f64 as f32),
                        Some(by) => transpose(raw, shape, ks, data, |bytes| by.in_f64(<$type>::$from_bytes(bytes) as f64)),
                    }
                };
            }
            match layout.voxel_type {
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

impl LinearScaling {
    /// The intensity of a raw value that float32 holds exactly, computed in float32.
    fn in_f32(self, raw: f32) -> f32 {
        raw * self.slope + self.intercept
    }

    /// The intensity of any raw value, computed in float64 and rounded to float32.
    fn in_f64(self, raw: f64) -> f32 {
        (raw * f64::from(self.slope) + f64::from(self.intercept)) as f32
    }
}

/// Decodes `raw`, which holds the planes `ks`, and writes each voxel to its place in `data`. The planes are read in
/// parallel, row by row, so that reads and writes both stay in cache.
fn transpose<const N: usize>(raw: &[u8], shape: [usize; 3], ks: Range<usize>, data: &mut [f32], decode: impl Fn([u8; N]) -> f32) {
    let [n_i, n_j, n_k] = shape;
    let (voxels, _) = raw.as_chunks::<N>();
    for j in 0..n_j {
        for (plane, k) in ks.clone().enumerate() {
            let from = (plane * n_j + j) * n_i;
            let row = &voxels[from..from + n_i];
            for (i, &bytes) in row.iter().enumerate() {
                data[(i * n_j + j) * n_k + k] = decode(bytes);
            }
        }
    }
}
