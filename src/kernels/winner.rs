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
