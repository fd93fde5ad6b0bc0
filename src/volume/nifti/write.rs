//! Writes a volume as `.nii.gz`: float32, with its affine as sform.

use std::io::Write;

use flate2::{Compression, GzBuilder};

use super::header::HEADER_LEN;
use crate::volume::{Affine, Volume};

/// Position of the first voxel: behind the header and four zero bytes, which mean that there are no extensions.
const DATA_OFFSET: usize = HEADER_LEN + 4;

/// `NIFTI_TYPE_FLOAT32`: the code of the voxels' type.
const FLOAT32: i16 = 16;

/// `NIFTI_XFORM_ALIGNED_ANAT`: aligned to another image, here the network's input. nibabel writes it by default.
const ALIGNED: i16 = 2;

/// `NIFTI_UNITS_MM`: lengths are millimetres.
const MILLIMETRES: u8 = 2;

/// `NIFTI_UNITS_UNKNOWN`: lengths have no unit.
const NO_UNITS: u8 = 0;

/// The bytes of a volume's gzipped NIfTI-1 file: little-endian float32, sform = `world_from_voxel` rounded to float32
/// (code 2), no qform, voxel sizes = lengths of the affine's columns, millimetres. The bytes depend on the volume only.
///
/// Axes must not exceed [`MAX_AXIS`](crate::volume::MAX_AXIS), which every reader of this program ensures.
pub fn write(volume: &Volume) -> Vec<u8> {
    write_channels(volume.shape(), 1, volume.data(), volume.world_from_voxel())
}

/// The bytes of a file like that of [`write()`], with several values per voxel: a fourth axis counts the channels, which in
/// `values` are the slowest axis. One channel gives a 3D file.
pub fn write_channels(grid: [usize; 3], channels: usize, values: &[f32], world_from_voxel: &Affine) -> Vec<u8> {
    let [n_i, n_j, n_k] = grid;
    let axes = [(n_i, n_j * n_k), (n_j, n_k), (n_k, 1), (channels, n_i * n_j * n_k)];
    let axes = if channels == 1 { &axes[..3] } else { &axes };
    pack(axes, values, world_from_voxel, MILLIMETRES)
}

/// The bytes of a file as `clinicadl interpret --save_nifti` writes it of an array (channels first, last axis fastest): the
/// channels are the first axis of the file, the affine is the identity, and there are no units.
pub fn write_as_clinicadl(shape: &[usize], values: &[f32]) -> Vec<u8> {
    let stride = |axis: usize| shape[axis + 1..].iter().product();
    let axes: Vec<(usize, usize)> = (0..shape.len()).map(|axis| (shape[axis], stride(axis))).collect();
    pack(&axes, values, &Affine::IDENTITY, NO_UNITS)
}

/// The bytes of a gzipped file. `axes` holds the length of each axis of the file, first axis first, and the distance in
/// `values` of neighbours along it.
fn pack(axes: &[(usize, usize)], values: &[f32], affine: &Affine, units: u8) -> Vec<u8> {
    let lengths: Vec<usize> = axes.iter().map(|&(length, _)| length).collect();
    let mut content = header(&lengths, affine, units);
    content.resize(DATA_OFFSET, 0);
    content.reserve_exact(size_of_val(values));
    append_first_axis_fastest(axes, values, &mut content);
    // Saliency maps hardly compress: the fast level is ten times quicker, and its files are hardly larger.
    let mut encoder = GzBuilder::new().write(Vec::with_capacity(content.len()), Compression::fast());
    let packed = encoder.write_all(&content).and_then(|()| encoder.finish());
    packed.unwrap_or_else(|_| unreachable!("writing to a Vec does not fail"))
}

fn header(lengths: &[usize], affine: &Affine, units: u8) -> Vec<u8> {
    let mut header = vec![0; HEADER_LEN];
    let mut put = |offset: usize, bytes: &[u8]| header[offset..offset + bytes.len()].copy_from_slice(bytes);
    put(0, &(HEADER_LEN as i32).to_le_bytes());
    put(38, b"r");
    let mut dim = [1i16; 8];
    for (dim, length) in dim.iter_mut().zip([lengths.len()].iter().chain(lengths)) {
        *dim = i16::try_from(*length).unwrap_or(i16::MAX);
    }
    put(40, &little_endian_i16(dim));
    put(70, &FLOAT32.to_le_bytes());
    put(72, &32i16.to_le_bytes());
    let [x, y, z] = column_lengths(affine);
    put(76, &little_endian_f32([1.0, x, y, z, 1.0, 1.0, 1.0, 1.0]));
    put(108, &(DATA_OFFSET as f32).to_le_bytes());
    put(112, &1f32.to_le_bytes());
    put(123, &[units]);
    put(148, b"MapLens");
    put(254, &ALIGNED.to_le_bytes());
    for (axis, row) in affine.0.iter().enumerate() {
        put(280 + 16 * axis, &little_endian_f32(row.map(|cell| cell as f32)));
    }
    put(344, b"n+1\0");
    header
}

/// Lengths of the affine's columns: the voxel sizes.
fn column_lengths(affine: &Affine) -> [f32; 3] {
    [0, 1, 2].map(|column| affine.0.iter().map(|row| row[column] * row[column]).sum::<f64>().sqrt() as f32)
}

fn little_endian_i16<const N: usize>(values: [i16; N]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn little_endian_f32<const N: usize>(values: [f32; N]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Appends the values as little-endian float32 in NIfTI's order, first axis fastest; `axes` as in [`pack`].
fn append_first_axis_fastest(axes: &[(usize, usize)], values: &[f32], content: &mut Vec<u8>) {
    let Some(((length, stride), outer)) = axes.split_first().map(|(first, outer)| (*first, outer)) else { return };
    let n_rows: usize = outer.iter().map(|&(length, _)| length).product();
    for row in 0..n_rows {
        let mut rest = row;
        let mut start = 0;
        for &(length, stride) in outer {
            start += rest % length * stride;
            rest /= length;
        }
        content.extend((0..length).flat_map(|index| values[start + index * stride].to_le_bytes()));
    }
}
