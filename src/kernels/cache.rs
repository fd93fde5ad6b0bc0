//! The fused blocks that begin with one convolution, packed once.

use std::sync::{Arc, Mutex, PoisonError};

use super::block::{Block, BlockTail};

/// The fused blocks that begin with one convolution: weights are packed when a block is first needed, and shared by all passes
/// that need it again. In nearly all of them the same layers follow the convolution; a pass that ends within the block has
/// fewer.
#[derive(Debug, Clone, Default)]
pub struct BlockCache {
    blocks: Arc<Mutex<Vec<(BlockTail, Option<Block>)>>>,
}

impl BlockCache {
    /// The block with this tail, made by `make` when it is asked for the first time; `None` if the kernels cannot compute it.
    pub fn get(&self, tail: BlockTail, make: impl FnOnce() -> Option<Block>) -> Option<Block> {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, block)) = blocks.iter().find(|(known, _)| *known == tail) {
            return block.clone();
        }
        let block = make();
        blocks.push((tail, block.clone()));
        block
    }
}
