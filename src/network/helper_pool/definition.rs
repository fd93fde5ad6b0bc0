//! Blocks as helpers are given them: shapes and weights.

use std::any::Any;
use std::sync::Arc;

use super::request::{BlockShape, HelperRequest};
use crate::helpers::Packet;
use crate::kernels::BlockParameters;
use crate::kernels::cpu::residual::ResidualParameters;

/// All that a helper needs to compute a block.
pub enum BlockDefinition {
    /// A fused block.
    Fused(BlockParameters),
    /// A residual block, without squeeze-excitation.
    Residual(Arc<ResidualParameters>),
}

/// A block whose computation may be shared with helpers.
pub struct SharedBlock<'a> {
    /// Identifies the block: helpers store it as long as this lives.
    pub identity: Arc<dyn Any + Send + Sync>,
    /// Makes the definition, of which helpers are sent a copy where they do not have the block. `None` where there is none.
    pub definition: &'a dyn Fn() -> Option<BlockDefinition>,
}

impl BlockDefinition {
    /// The packet that has a helper store the block under this number.
    pub fn packet(&self, block: u32) -> Packet<'_> {
        match self {
            Self::Fused(parameters) => {
                let request = HelperRequest::DefineBlock { block, shape: BlockShape::of(parameters) };
                Packet { header: request.to_json(), floats: parameters.arrays().to_vec(), bytes: Vec::new() }
            }
            Self::Residual(parameters) => {
                let ResidualParameters { first, second, shortcut, activations } = &**parameters;
                let shapes = [first, second, shortcut].map(BlockShape::of);
                let request = HelperRequest::DefineResidual { block, shapes, activations: *activations };
                let floats = [first, second, shortcut].iter().flat_map(|parameters| parameters.arrays()).collect();
                Packet { header: request.to_json(), floats, bytes: Vec::new() }
            }
        }
    }
}
