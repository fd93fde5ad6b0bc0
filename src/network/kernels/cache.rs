//! Blocks that begin with the same convolution.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Block, Tail};

/// Packed weights, made when first needed and shared by all walks: a convolution is followed by the same layers in every
/// walk but one that ends at a Grad-CAM level within the block.
#[derive(Debug, Clone, Default)]
pub struct BlockCache {
    blocks: Arc<Mutex<Vec<(Tail, Option<Arc<Block>>)>>>,
}

impl BlockCache {
    /// The block that ends like this, if there is one.
    pub fn get(&self, tail: Tail, make: impl FnOnce() -> Option<Block>) -> Option<Arc<Block>> {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, block)) = blocks.iter().find(|(known, _)| *known == tail) {
            return block.clone();
        }
        let block = make().map(Arc::new);
        blocks.push((tail, block.clone()));
        block
    }
}
