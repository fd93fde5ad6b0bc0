//! Fused blocks that begin with the same convolution.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Block, BlockTail};

/// Packed weights, made when first needed and shared by all walks: a convolution is followed by the same layers in every
/// walk but one that ends at a Grad-CAM level within the block.
#[derive(Debug, Clone, Default)]
pub struct BlockCache {
    blocks: Arc<Mutex<Vec<(BlockTail, Option<Block>)>>>,
}

impl BlockCache {
    /// The block with this tail, made by `make` when it is asked for the first time; nothing if the kernels do not have it.
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
