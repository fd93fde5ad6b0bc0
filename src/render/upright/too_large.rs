//! Why a volume cannot be put upright.

use crate::volume::MAX_VOXELS;

/// An oblique grid whose upright box would be too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its oblique grid would need {}×{}×{} upright voxels, and at most {MAX_VOXELS} can be held", shape[0], shape[1], shape[2])]
pub struct TooLarge {
    /// Voxels along x, y, z.
    pub shape: [usize; 3],
}
