//! The planes of sums to which the backward pass of one plane of pooling blocks adds.

use std::ops::Range;

/// Where the four planes of sums lie that a plane of pooling blocks reaches: two pairs, of which either may not be wanted.
///
/// # Safety
/// Rows are raw pointers into sums that are borrowed for as long as the targets are made for: whoever writes to a row keeps
/// to its length and holds no other reference to the sums.
pub struct ScatterTargets {
    planes: [Option<*mut f32>; 4],
    row_len: usize,
}

impl ScatterTargets {
    /// The targets in two pairs of planes, each planes × `rows` × `row_len`. `halves` says to which of the pairs the lower and
    /// the upper two planes of the reach are added; `None` leaves them out.
    pub fn new(pairs: &mut [Vec<f32>; 2], halves: [Option<usize>; 2], [rows, row_len]: [usize; 2]) -> Self {
        let planes = std::array::from_fn(|plane| {
            let pair = &mut pairs[halves[plane / 2]?];
            pair.get_mut(plane % 2 * rows * row_len..).filter(|rest| !rest.is_empty()).map(<[f32]>::as_mut_ptr)
        });
        Self { planes, row_len }
    }

    /// Length of a row of sums, in values.
    #[inline(always)]
    pub fn row_len(&self) -> usize {
        self.row_len
    }

    /// Whether none of these planes is wanted.
    #[inline(always)]
    pub fn lack(&self, planes: Range<usize>) -> bool {
        self.planes[planes].iter().all(Option::is_none)
    }

    /// The first value of a row of a plane; `None` if the plane is not wanted.
    #[inline(always)]
    pub fn row(&self, plane: usize, row: usize) -> Option<*mut f32> {
        self.planes[plane].map(|plane| plane.wrapping_add(row * self.row_len))
    }
}
