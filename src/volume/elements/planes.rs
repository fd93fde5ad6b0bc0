//! The index planes of a grid that an element keeps, axis by axis: a box, or a box with gaps.

use std::rc::Rc;

use crate::volume::Affine;

/// Kept indices along the three axes, each in rising order; elements share them.
pub type KeptPlanes = [Rc<[usize]>; 3];

/// All planes of a grid.
pub(super) fn all(shape: [usize; 3]) -> KeptPlanes {
    shape.map(|length| (0..length).collect())
}

/// Number of kept planes along each axis.
pub(super) fn shape(planes: &KeptPlanes) -> [usize; 3] {
    [0, 1, 2].map(|axis| planes[axis].len())
}

/// Whether the planes are consecutive on all axes.
pub(super) fn are_contiguous(planes: &KeptPlanes) -> bool {
    planes.iter().all(|axis| axis.windows(2).all(|pair| pair[1] == pair[0] + 1))
}

/// Affine map to voxel indices of the source from voxel indices of the element: on each axis the line through the first and
/// the last kept plane.
///
/// It is exact where planes are evenly spaced, as contiguous ones are. Where a mask leaves gaps no affine places all planes;
/// then the first and the last are exact, and those between are spaced evenly.
pub(super) fn source_from_element(planes: &KeptPlanes) -> Affine {
    let first = |axis: usize| planes[axis].first().copied().unwrap_or(0) as f64;
    let spacing = |axis: usize| {
        let last = planes[axis].last().copied().unwrap_or(0) as f64;
        let n_gaps = planes[axis].len().saturating_sub(1);
        if n_gaps == 0 { 1.0 } else { (last - first(axis)) / n_gaps as f64 }
    };
    Affine::from_diagonal([0, 1, 2].map(spacing), [0, 1, 2].map(first))
}
