//! Winner codes: one byte per output value, in the order of the output, which says where the value's gradient goes.
//!
//! The lowest three bits are the offset of the winning voxel in its pooling block of 2×2×2 as `4·z + 2·y + x` (2D: `2·y + x`;
//! 0 without pooling).

/// The bits that hold the offset of the winning voxel in its pooling block.
pub const OFFSET: u8 = 0b0111;

/// Set where no gradient passes: the rectifier is closed, or the padded zero won.
pub const CLOSED: u8 = 0b1000;

/// Set where the gradient is multiplied by [`LEAK`](super::LEAK).
pub const LEAKS: u8 = 0b1_0000;

/// Set by a forward pass where rounding may have decided: two values of the pooling block, or a value and the zero at which the
/// rectifier closes, lie closer to each other than their [`Margins`]. Gradients pass as the other bits say.
pub const UNDECIDED: u8 = 0b10_0000;

/// How far two values must lie apart for their order to be certain, one number for each output channel. A channel whose margin is 0 is
/// always certain.
#[derive(Debug, Clone, Copy, Default)]
pub struct Margins<'a> {
    /// Of the convolution's sums, before bias and normalisation.
    pub sums: &'a [f32],
    /// Of normalised values, before the rectifier.
    pub values: &'a [f32],
}

/// The winner codes that a forward pass writes.
#[derive(Debug)]
pub struct WinnerCodes<'a> {
    /// One code for each output value.
    pub codes: &'a mut [u8],
    /// What is marked as [`UNDECIDED`].
    pub margins: Margins<'a>,
}

impl WinnerCodes<'_> {
    /// The same codes for as long as they are borrowed from these.
    pub fn reborrow(&mut self) -> WinnerCodes<'_> {
        WinnerCodes { codes: self.codes, margins: self.margins }
    }
}
