//! Shapes of a block, in planes, rows and columns.

use crate::kernels::{BlockParameters, Rectifier};

/// A block without its weights. Images of two axes are walked as one plane: of 2D networks the first axis is rows.
#[derive(Debug, Clone, Copy)]
pub struct Geometry {
    /// Channels of the input.
    pub n_in: usize,
    /// Channels of the output.
    pub n_out: usize,
    /// Planes under the kernel: 3, or 1 in two dimensions.
    pub kernel_depth: usize,
    /// 1 or 2.
    pub stride: usize,
    /// Whether blocks of two voxels per axis are pooled.
    pub pool: bool,
    /// What becomes of negative values.
    pub rectifier: Rectifier,
}

impl Geometry {
    /// Of a block.
    pub fn of(parameters: &BlockParameters) -> Self {
        let &BlockParameters { n_in, n_out, n_axes, stride, pool, rectifier, .. } = parameters;
        Self { n_in, n_out, kernel_depth: if n_axes == 3 { 3 } else { 1 }, stride, pool, rectifier }
    }

    /// Whether at most one voxel of eight (of four) carries a gradient.
    pub fn is_sparse(&self) -> bool {
        self.pool || self.stride == 2
    }

    /// Voxels under the kernel.
    pub fn n_taps(&self) -> usize {
        self.kernel_depth * 9
    }

    /// Planes, rows and columns of the output.
    pub fn output(&self, [depth, height, width]: [usize; 3]) -> [usize; 3] {
        let along = |n: usize| n.div_ceil(self.step());
        [if self.is_flat() { depth } else { along(depth) }, along(height), along(width)]
    }

    /// Of two dimensions.
    pub fn is_flat(&self) -> bool {
        self.kernel_depth == 1
    }

    /// Voxels of the input from one output voxel to the next.
    pub fn step(&self) -> usize {
        if self.is_sparse() { 2 } else { 1 }
    }

    /// Voxels of zero in front of each axis before pooling.
    pub fn front(&self, [depth, height, width]: [usize; 3]) -> [usize; 3] {
        let along = |n: usize| if self.pool { n % 2 } else { 0 };
        [if self.is_flat() { 0 } else { along(depth) }, along(height), along(width)]
    }
}
