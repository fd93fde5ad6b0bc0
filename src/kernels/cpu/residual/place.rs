//! The byte that says which voxel of a pooling window of 3×3×3 is the largest: `16·z + 4·y + x`.

/// Difference of the byte from plane z of a window to plane z + 1.
pub const PLANE: u8 = 16;

/// Difference of the byte from row y of a window to row y + 1.
pub const ROW: u8 = 4;
