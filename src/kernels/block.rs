//! A fused block on a device, and the layers of it that follow the convolution.

use std::sync::Arc;

use super::activation::Activation;
use super::cpu::CpuBlock;
use super::gpu::GpuBlock;

/// A fused block with its weights on a device; clones share them.
#[derive(Debug, Clone)]
pub enum Block {
    /// A block that the CPU computes.
    Cpu(Arc<CpuBlock>),
    /// A block that a GPU computes.
    Gpu(Arc<GpuBlock>),
}

/// The layers of a block after its convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockTail {
    /// Whether batch normalisation follows the convolution.
    pub normalizes: bool,
    /// The function that is applied to single values, if there is one.
    pub activation: Option<Activation>,
    /// Whether the largest value of each 2×2×2 voxels (2D: 2×2) is taken.
    pub pools: bool,
}

impl BlockTail {
    /// The tail of a block without activation and pooling: batch normalisation, or no layer at all.
    pub fn linear(normalizes: bool) -> Self {
        Self { normalizes, activation: None, pools: false }
    }
}
