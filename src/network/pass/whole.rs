//! Layers that look at all voxels of a channel at once.

use crate::network::layers::{AveragePool, InstanceNorm, KeptExcitation, KeptInstanceNorm, SqueezeExcitation};
use crate::network::walk::Walk;
use crate::network::{FeatureMaps, NetworkError, WorkLimits};

use super::Keep;

/// Such a layer with what its forward walk kept.
#[derive(Debug)]
pub enum Whole {
    /// Instance normalisation.
    InstanceNorm(Option<Box<KeptInstanceNorm>>),
    /// Squeeze-excitation.
    SqueezeExcitation(Box<SqueezeExcitation>, Option<Box<KeptExcitation>>),
    /// Global average on an input of this shape.
    AveragePool([usize; 4]),
}

/// In words, the invariant of a backward walk.
const KEPT: &str = "a backward walk follows a forward walk that kept";

impl Whole {
    /// Output of the layer.
    pub async fn forward(&mut self, input: &FeatureMaps, keep: Keep, walk: Walk<'_>) -> Result<FeatureMaps, NetworkError> {
        let keeps = keep == Keep::ForGradient;
        match self {
            Self::InstanceNorm(slot) => {
                let (output, kept) = InstanceNorm.forward(input, &walk).await?;
                *slot = keeps.then(|| Box::new(kept));
                Ok(output)
            }
            Self::SqueezeExcitation(layer, slot) => {
                let (output, kept) = layer.forward(input, &walk).await?;
                *slot = keeps.then(|| Box::new(kept));
                Ok(output)
            }
            Self::AveragePool(_) => AveragePool.forward(input, &walk).await,
        }
    }

    /// Gradient with respect to the input.
    pub async fn backward(&self, gradient: &FeatureMaps, limits: WorkLimits, walk: Walk<'_>) -> Result<FeatureMaps, NetworkError> {
        match self {
            Self::InstanceNorm(kept) => InstanceNorm.input_gradient(gradient, kept.as_ref().expect(KEPT), &walk).await,
            Self::SqueezeExcitation(layer, kept) => layer.input_gradient(gradient, kept.as_ref().expect(KEPT), &walk).await,
            Self::AveragePool(input) => AveragePool.input_gradient(gradient, *input, limits),
        }
    }
}
