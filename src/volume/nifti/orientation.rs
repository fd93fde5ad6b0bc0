//! The affine of a header, with nibabel's choice: sform if its code is set, else qform, else voxel sizes alone. A form that
//! places no voxel in space, of zeros or of numbers that are none, is passed over.

use super::header::Header;
use crate::volume::Affine;
use crate::volume::known_space::Assumption;

/// How far 1 − (b² + c² + d²) may fall below 0 through float32 rounding (nibabel's `quaternion_threshold`).
const QUATERNION_SLACK: f64 = 3.0 * f32::EPSILON as f64;

/// Smallest volume of a voxel as a share of the product of its edges. Below it the three edges lie in a plane, as far as the
/// float32 numbers of a header can tell.
const FLAT: f64 = 1e-6;

/// Affine map to world millimetres (RAS+) from voxel indices, and the assumption where the header does not say it as it should.
pub(super) fn world_from_voxel(header: &Header, shape: [usize; 3]) -> (Affine, Option<Assumption>) {
    let sform = (header.sform_code != 0).then_some(Affine(header.srow)).filter(places);
    let qform = (header.qform_code != 0).then(|| qform(header)).flatten().filter(places);
    match (sform, qform) {
        (Some(sform), _) => (sform, None),
        (None, Some(qform)) => (qform, (header.sform_code != 0).then_some(Assumption::QformInstead)),
        (None, None) if header.sform_code == 0 && header.qform_code == 0 => (centred(header, shape), Some(Assumption::NoForm)),
        (None, None) => (centred(header, shape), Some(Assumption::BadForm)),
    }
}

/// Whether an affine places the voxels in space, not in a plane, on a line or nowhere.
fn places(affine: &Affine) -> bool {
    let is_finite = affine.0.iter().flatten().all(|cell| cell.is_finite());
    let edge = |column: usize| affine.0.iter().map(|row| row[column] * row[column]).sum::<f64>().sqrt();
    let box_volume = edge(0) * edge(1) * edge(2);
    is_finite && affine.inverse().is_some() && affine.determinant().abs() > FLAT * box_volume
}

/// The affine of the qform: rotation by a unit quaternion of which b, c and d are stored, voxel sizes, `qfac` for a
/// left-handed third axis, shift. `None` where the stored numbers belong to no unit quaternion.
fn qform(header: &Header) -> Option<Affine> {
    let [b, c, d] = header.quatern;
    let a_squared = 1.0 - (b * b + c * c + d * d);
    if a_squared.is_nan() || a_squared < -QUATERNION_SLACK {
        return None;
    }
    let rotation = rotation([a_squared.max(0.0).sqrt(), b, c, d]);
    let [x, y, z] = voxel_sizes(header);
    let sizes = [x, y, z * qfac(header)];
    let mut rows = [[0.0; 4]; 3];
    for (axis, row) in rows.iter_mut().enumerate() {
        let [r0, r1, r2] = rotation[axis];
        *row = [r0 * sizes[0], r1 * sizes[1], r2 * sizes[2], header.qoffset[axis]];
    }
    Some(Affine(rows))
}

/// The rotation matrix of a quaternion.
fn rotation([w, x, y, z]: [f64; 4]) -> [[f64; 3]; 3] {
    let s = 2.0 / (w * w + x * x + y * y + z * z);
    let (xx, yy, zz) = (x * x * s, y * y * s, z * z * s);
    let (xy, xz, yz) = (x * y * s, x * z * s, y * z * s);
    let (wx, wy, wz) = (w * x * s, w * y * s, w * z * s);
    [[1.0 - (yy + zz), xy - wz, xz + wy], [xy + wz, 1.0 - (xx + zz), yz - wx], [xz - wy, yz + wx, 1.0 - (xx + yy)]]
}

/// The affine of a header without a form: as in nibabel, the grid's centre lies at 0 and, after the ANALYZE format, the first
/// axis runs to the left. Voxel sizes that are no numbers count as 1 mm.
fn centred(header: &Header, shape: [usize; 3]) -> Affine {
    let [x, y, z] = voxel_sizes(header).map(|size| if size.is_finite() { size } else { 1.0 });
    let spacing = [-x, y, z];
    let half = |axis: usize| (shape[axis] as f64 - 1.0) / 2.0;
    Affine::from_diagonal(spacing, [0, 1, 2].map(|axis| -half(axis) * spacing[axis]))
}

/// Voxel sizes in millimetres; as in nibabel, 0 counts as 1 and signs are dropped.
fn voxel_sizes(header: &Header) -> [f64; 3] {
    let [_, x, y, z, ..] = header.pixdim;
    [x, y, z].map(|size| if size == 0.0 { 1.0 } else { size.abs() })
}

/// The sign of the third axis in the qform.
fn qfac(header: &Header) -> f64 {
    if header.pixdim[0] == -1.0 { -1.0 } else { 1.0 }
}
