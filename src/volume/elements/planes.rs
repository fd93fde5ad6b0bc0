//! The index planes of a grid that an element keeps, axis by axis: a box, or a box with gaps.

use std::rc::Rc;

use crate::volume::Affine;

/// Kept indices along the three axes, each rising; elements share them.
pub type Planes = [Rc<[usize]>; 3];

/// Every index of a grid.
pub(super) fn all(shape: [usize; 3]) -> Planes {
    shape.map(|length| (0..length).collect())
}

/// Kept indices along each axis.
pub(super) fn shape(planes: &Planes) -> [usize; 3] {
    [0, 1, 2].map(|axis| planes[axis].len())
}

/// Whether the planes follow one another without a gap on all axes.
pub(super) fn are_contiguous(planes: &Planes) -> bool {
    planes.iter().all(|axis| axis.windows(2).all(|pair| pair[1] == pair[0] + 1))
}

/// Indices of the source from indices of the element: on each axis the line through the first and the last kept plane.
///
/// Exact where planes are evenly spaced, above all where they are contiguous. Where a mask has gaps of its own no affine
/// places all planes; then the first and the last lie where they belong, and those between them are stretched.
pub(super) fn source_from_element(planes: &Planes) -> Affine {
    let first = |axis: usize| planes[axis].first().copied().unwrap_or(0) as f64;
    let step = |axis: usize| {
        let last = planes[axis].last().copied().unwrap_or(0) as f64;
        let n_steps = planes[axis].len().saturating_sub(1);
        if n_steps == 0 { 1.0 } else { (last - first(axis)) / n_steps as f64 }
    };
    Affine::from_diagonal([0, 1, 2].map(step), [0, 1, 2].map(first))
}
