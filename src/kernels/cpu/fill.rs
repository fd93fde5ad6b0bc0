//! Where a convolution reads its input.

/// Where the rows of a convolution's input come from: called with channel, plane, row and a slice as long as a row, it writes
/// the row's values to the slice. Planes and rows lie inside the input; padding is the caller's business.
pub type Fill<'a> = dyn Fn(usize, usize, usize, &mut [f32]) + Sync + 'a;
