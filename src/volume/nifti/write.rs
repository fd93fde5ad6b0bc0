//! A volume as `.nii.gz`: float32, with its affine as sform.

use std::io::Write;

use flate2::{Compression, GzBuilder};

use super::HEADER_LEN;
use crate::volume::{Affine, Volume};

/// Header and four zero bytes: no extensions.
const DATA_OFFSET: usize = HEADER_LEN + 4;

/// NIFTI_TYPE_FLOAT32
const FLOAT32: i16 = 16;

/// NIFTI_XFORM_ALIGNED_ANAT: aligned to another image, here the network's input. It is what nibabel writes by default.
const ALIGNED: i16 = 2;

/// NIFTI_UNITS_MM
const MILLIMETRES: u8 = 2;

/// Packs a volume as a gzipped NIfTI-1 file: little-endian float32, sform = `world_from_voxel` rounded to float32
/// (code 2), no qform, voxel sizes = lengths of the affine's columns, millimetres. The bytes depend on the volume only.
///
/// Axes must not exceed [`MAX_AXIS`](crate::volume::MAX_AXIS), which every reader of this program ensures.
pub fn write(volume: &Volume) -> Vec<u8> {
    let mut content = header(volume);
    content.resize(DATA_OFFSET, 0);
    append_first_axis_fastest(volume, &mut content);
    // Saliency is noise to a packer: the fast level is ten times quicker and hardly larger.
    let mut encoder = GzBuilder::new().write(Vec::with_capacity(content.len()), Compression::fast());
    let packed = encoder.write_all(&content).and_then(|()| encoder.finish());
    packed.unwrap_or_else(|_| unreachable!("writing to a Vec does not fail"))
}

fn header(volume: &Volume) -> Vec<u8> {
    let mut header = vec![0; HEADER_LEN];
    let mut put = |offset: usize, bytes: &[u8]| header[offset..offset + bytes.len()].copy_from_slice(bytes);
    put(0, &(HEADER_LEN as i32).to_le_bytes());
    put(38, b"r");
    let [i, j, k] = volume.shape().map(|length| i16::try_from(length).unwrap_or(i16::MAX));
    put(40, &little_endian_i16([3, i, j, k, 1, 1, 1, 1]));
    put(70, &FLOAT32.to_le_bytes());
    put(72, &32i16.to_le_bytes());
    let [x, y, z] = column_lengths(volume.world_from_voxel());
    put(76, &little_endian_f32([1.0, x, y, z, 1.0, 1.0, 1.0, 1.0]));
    put(108, &(DATA_OFFSET as f32).to_le_bytes());
    put(112, &1f32.to_le_bytes());
    put(123, &[MILLIMETRES]);
    put(148, b"MapLens");
    put(254, &ALIGNED.to_le_bytes());
    for (axis, row) in volume.world_from_voxel().0.iter().enumerate() {
        put(280 + 16 * axis, &little_endian_f32(row.map(|cell| cell as f32)));
    }
    put(344, b"n+1\0");
    header
}

fn column_lengths(affine: &Affine) -> [f32; 3] {
    [0, 1, 2].map(|column| affine.0.iter().map(|row| row[column] * row[column]).sum::<f64>().sqrt() as f32)
}

fn little_endian_i16<const N: usize>(values: [i16; N]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn little_endian_f32<const N: usize>(values: [f32; N]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn append_first_axis_fastest(volume: &Volume, content: &mut Vec<u8>) {
    let [n_i, n_j, n_k] = volume.shape();
    let data = volume.data();
    content.reserve_exact(size_of_val(data));
    for k in 0..n_k {
        for j in 0..n_j {
            let row = (0..n_i).flat_map(|i| data[(i * n_j + j) * n_k + k].to_le_bytes());
            content.extend(row);
        }
    }
}
