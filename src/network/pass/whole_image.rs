//! Layers that need all voxels of a channel at once.

use super::context::{KEPT, Keep, PassContext};
use crate::network::error::NetworkError;
use crate::network::feature_maps::{FeatureMaps, bytes_of};
use crate::network::layers::{AveragePool, InstanceNorm, KeptExcitation, KeptInstanceNorm, SqueezeExcitation};
use crate::network::memory::Footprint;

/// A layer on an input of a shape C×D×H×W, with what its forward walk kept.
#[derive(Debug)]
pub enum WholeImage {
    /// Instance normalisation.
    InstanceNorm([usize; 4], Option<Box<KeptInstanceNorm>>),
    /// Squeeze-excitation.
    SqueezeExcitation([usize; 4], Box<SqueezeExcitation>, Option<Box<KeptExcitation>>),
    /// Global average.
    AveragePool([usize; 4]),
}

impl WholeImage {
    /// Memory of the layer: the normalisation keeps its output, the excitation its input.
    pub fn footprint(&self) -> Footprint {
        match self {
            Self::InstanceNorm(shape, _) | Self::SqueezeExcitation(shape, ..) => {
                Footprint { output: bytes_of(*shape), kept: bytes_of(*shape), ..Footprint::default() }
            }
            Self::AveragePool([channels, ..]) => Footprint { output: bytes_of([*channels, 1, 1, 1]), ..Footprint::default() },
        }
    }

    /// Output of the layer.
    pub async fn forward(&mut self, input: &FeatureMaps, keep: Keep, context: PassContext<'_>) -> Result<FeatureMaps, NetworkError> {
        let (keeps, progress) = (keep == Keep::ForGradient, &context.progress);
        match self {
            Self::InstanceNorm(_, slot) => {
                let (output, kept) = InstanceNorm.forward(input, progress).await?;
                *slot = keeps.then(|| Box::new(kept));
                Ok(output)
            }
            Self::SqueezeExcitation(_, layer, slot) => {
                let (output, kept) = layer.forward(input, progress).await?;
                *slot = keeps.then(|| Box::new(kept));
                Ok(output)
            }
            Self::AveragePool(_) => AveragePool.forward(input, progress).await,
        }
    }

    /// Gradient with respect to the input.
    pub async fn backward(&self, gradient: &FeatureMaps, context: PassContext<'_>) -> Result<FeatureMaps, NetworkError> {
        let progress = &context.progress;
        match self {
            Self::InstanceNorm(_, kept) => InstanceNorm.input_gradient(gradient, kept.as_ref().expect(KEPT), progress).await,
            Self::SqueezeExcitation(_, layer, kept) => layer.input_gradient(gradient, kept.as_ref().expect(KEPT), progress).await,
            Self::AveragePool(input) => AveragePool.input_gradient(gradient, *input, context.limits),
        }
    }
}
