//! A fused block on a device, and what of it follows the convolution.

use std::sync::Arc;

use super::Activation;
use super::cpu::CpuBlock;
use super::gpu::GpuBlock;

/// A fused block on a device; clones share it.
#[derive(Debug, Clone)]
pub enum Block {
    /// On the CPU.
    Cpu(Arc<CpuBlock>),
    /// On a GPU.
    Gpu(Arc<GpuBlock>),
}

/// The layers of a block after its convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockTail {
    /// Whether batch normalisation follows the convolution.
    pub normalizes: bool,
    /// The function of single values, if there is one.
    pub activation: Option<Activation>,
    /// Whether the largest value of each 2×2×2 voxels (2D: 2×2) is taken.
    pub pools: bool,
}

impl BlockTail {
    /// Nothing, or batch normalisation alone.
    pub fn linear(normalizes: bool) -> Self {
        Self { normalizes, activation: None, pools: false }
    }
}
