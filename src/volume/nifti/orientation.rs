//! The affine of a header, with nibabel's choice: sform if its code is set, else qform, else voxel sizes alone.

use nifti::NiftiHeader;

use super::NiftiError;
use crate::volume::Affine;

/// How far 1 − (b² + c² + d²) may fall below 0 through float32 rounding (nibabel's `quaternion_threshold`).
const QUATERNION_SLACK: f64 = 3.0 * f32::EPSILON as f64;

/// Affine map to world millimetres (RAS+) from voxel indices.
///
/// # Errors
/// If the header's quaternion is malformed, or the affine is singular or not finite.
pub(super) fn world_from_voxel(file_name: &str, header: &NiftiHeader, shape: [usize; 3]) -> Result<Affine, NiftiError> {
    let (source_field, affine) = if header.sform_code != 0 {
        ("sform", sform(header))
    } else if header.qform_code != 0 {
        ("qform", qform(file_name, header)?)
    } else {
        ("pixdim", centred(header, shape))
    };
    let determinant = affine.determinant();
    let is_finite = affine.0.iter().flatten().all(|cell| cell.is_finite());
    if affine.inverse().is_none() || !is_finite {
        return Err(NiftiError::DegenerateAffine { file: file_name.to_owned(), source_field, determinant });
    }
    Ok(affine)
}

fn sform(header: &NiftiHeader) -> Affine {
    Affine([header.srow_x, header.srow_y, header.srow_z].map(|row| row.map(f64::from)))
}

/// The affine of the qform: rotation by a unit quaternion of which b, c and d are stored, voxel sizes, `qfac` for a
/// left-handed third axis, shift.
fn qform(file_name: &str, header: &NiftiHeader) -> Result<Affine, NiftiError> {
    let [b, c, d] = [header.quatern_b, header.quatern_c, header.quatern_d].map(f64::from);
    let a_squared = 1.0 - (b * b + c * c + d * d);
    if a_squared.is_nan() || a_squared < -QUATERNION_SLACK {
        let value = format!("({b}, {c}, {d})");
        return Err(NiftiError::BadField { file: file_name.to_owned(), field: "quatern_b/c/d", value });
    }
    let rotation = rotation([a_squared.max(0.0).sqrt(), b, c, d]);
    let [x, y, z] = voxel_sizes(header);
    let sizes = [x, y, z * qfac(header)];
    let shift = [header.quatern_x, header.quatern_y, header.quatern_z].map(f64::from);
    let mut rows = [[0.0; 4]; 3];
    for (axis, row) in rows.iter_mut().enumerate() {
        let [r0, r1, r2] = rotation[axis];
        *row = [r0 * sizes[0], r1 * sizes[1], r2 * sizes[2], shift[axis]];
    }
    Ok(Affine(rows))
}

/// The rotation matrix of a quaternion.
fn rotation([w, x, y, z]: [f64; 4]) -> [[f64; 3]; 3] {
    let s = 2.0 / (w * w + x * x + y * y + z * z);
    let (xx, yy, zz) = (x * x * s, y * y * s, z * z * s);
    let (xy, xz, yz) = (x * y * s, x * z * s, y * z * s);
    let (wx, wy, wz) = (w * x * s, w * y * s, w * z * s);
    [[1.0 - (yy + zz), xy - wz, xz + wy], [xy + wz, 1.0 - (xx + zz), yz - wx], [xz - wy, yz + wx, 1.0 - (xx + yy)]]
}

/// The affine of a header with neither form: as in nibabel, the grid's centre lies at 0 and, after the ANALYZE format, the
/// first axis runs to the left.
fn centred(header: &NiftiHeader, shape: [usize; 3]) -> Affine {
    let [x, y, z] = voxel_sizes(header);
    let spacing = [-x, y, z];
    let half = |axis: usize| (shape[axis] as f64 - 1.0) / 2.0;
    Affine::from_diagonal(spacing, [0, 1, 2].map(|axis| -half(axis) * spacing[axis]))
}

/// Voxel sizes in millimetres; as in nibabel, 0 counts as 1 and signs are dropped.
fn voxel_sizes(header: &NiftiHeader) -> [f64; 3] {
    let [_, x, y, z, ..] = header.pixdim;
    [x, y, z].map(|size| if size == 0.0 { 1.0 } else { f64::from(size.abs()) })
}

/// The sign of the third axis in the qform.
fn qfac(header: &NiftiHeader) -> f64 {
    if header.pixdim[0] == -1.0 { -1.0 } else { 1.0 }
}
