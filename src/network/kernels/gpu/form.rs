//! What a kernel is compiled for. All else, every size included, is an argument, so that one pipeline serves all slabs.

use crate::network::kernels::{BlockParameters, Rectifier};

/// The form of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Form {
    /// 2 or 3.
    pub n_axes: usize,
    /// 1 or 2.
    pub stride: usize,
    /// Whether the block pools.
    pub pool: bool,
    /// What becomes of values that are not positive.
    pub rectifier: Rectifier,
}

impl Form {
    /// Of these parameters.
    pub fn of(parameters: &BlockParameters) -> Self {
        let BlockParameters { n_axes, stride, pool, rectifier, .. } = *parameters;
        Self { n_axes, stride, pool, rectifier }
    }

    /// Voxels of the convolution for one of the output along an axis.
    pub fn block(&self, axis: usize) -> usize {
        if self.pool && axis < self.n_axes { 2 } else { 1 }
    }

    /// Voxels that the window covers along an axis.
    pub fn kernel(&self, axis: usize) -> usize {
        if axis < self.n_axes { 3 } else { 1 }
    }

    /// Voxels of the input on which one voxel of the output depends along an axis.
    pub fn reach(&self, axis: usize) -> usize {
        (self.block(axis) - 1) * self.stride + self.kernel(axis)
    }

    /// Voxels of the input that one invocation of the way back owns along an axis.
    pub fn owned(&self, axis: usize) -> usize {
        if axis < self.n_axes { 2 } else { 1 }
    }

    /// Stride along an axis.
    pub fn stride_along(&self, axis: usize) -> i32 {
        if axis < self.n_axes { self.stride as i32 } else { 1 }
    }

    /// Weights of one window.
    pub fn n_taps(&self) -> u32 {
        3_u32.pow(self.n_axes as u32)
    }

    /// Whether part of a gradient passes where values are not positive.
    pub fn leaks(&self) -> bool {
        self.rectifier == Rectifier::Leaky
    }
}
