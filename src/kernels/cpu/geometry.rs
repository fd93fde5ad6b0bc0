//! Shapes of a block, in planes, rows and columns.

use crate::kernels::parameters::{BlockParameters, Rectifier};

/// A block without its weights. An image of two axes counts as one plane: the first axis of a 2D network is rows here.
#[derive(Debug, Clone, Copy)]
pub struct Geometry {
    /// Channels of the input.
    pub n_in: usize,
    /// Channels of the output.
    pub n_out: usize,
    /// Planes under the kernel: 3, or 1 in two dimensions.
    pub kernel_depth: usize,
    /// Stride of the convolution, the same along all axes: 1 or 2.
    pub stride: usize,
    /// Whether blocks of two voxels per axis are pooled.
    pub pool: bool,
    /// What becomes of values that are not positive.
    pub rectifier: Rectifier,
}

impl Geometry {
    /// The geometry of a block with these parameters.
    pub fn of(parameters: &BlockParameters) -> Self {
        let &BlockParameters { n_in, n_out, n_axes, stride, pool, rectifier, .. } = parameters;
        Self { n_in, n_out, kernel_depth: if n_axes == 3 { 3 } else { 1 }, stride, pool, rectifier }
    }

    /// Whether at most one voxel of eight (of four in two dimensions) carries a gradient.
    pub fn is_sparse(&self) -> bool {
        self.pool || self.stride == 2
    }

    /// Voxels under the kernel.
    pub fn n_taps(&self) -> usize {
        self.kernel_depth * 9
    }

    /// Planes, rows and columns of the output, for those of an input.
    pub fn output(&self, [depth, height, width]: [usize; 3]) -> [usize; 3] {
        let along = |n: usize| n.div_ceil(self.spacing());
        [if self.is_flat() { depth } else { along(depth) }, along(height), along(width)]
    }

    /// Whether the convolution has two axes, rows and columns.
    pub fn is_flat(&self) -> bool {
        self.kernel_depth == 1
    }

    /// Voxels of the input from one output voxel to the next, along each axis of the convolution.
    pub fn spacing(&self) -> usize {
        if self.is_sparse() { 2 } else { 1 }
    }

    /// Zeros that pooling puts in front of each axis of an input of this spatial shape: 1 where the axis is odd.
    pub fn front(&self, [depth, height, width]: [usize; 3]) -> [usize; 3] {
        let along = |n: usize| if self.pool { n % 2 } else { 0 };
        [if self.is_flat() { 0 } else { along(depth) }, along(height), along(width)]
    }
}
