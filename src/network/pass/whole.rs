//! Layers that look at all voxels of a channel at once.

use crate::network::feature_maps::bytes_of;
use crate::network::layers::{AveragePool, InstanceNorm, KeptExcitation, KeptInstanceNorm, SqueezeExcitation};
use crate::network::memory::Footprint;
use crate::network::progress::WalkProgress;
use crate::network::{FeatureMaps, NetworkError, WorkLimits};

use super::Keep;

/// Such a layer on an input of this shape, with what its forward walk kept.
#[derive(Debug)]
pub enum Whole {
    /// Instance normalisation.
    InstanceNorm([usize; 4], Option<Box<KeptInstanceNorm>>),
    /// Squeeze-excitation.
    SqueezeExcitation([usize; 4], Box<SqueezeExcitation>, Option<Box<KeptExcitation>>),
    /// Global average.
    AveragePool([usize; 4]),
}

/// In words, the invariant of a backward walk.
const KEPT: &str = "a backward walk follows a forward walk that kept";

impl Whole {
    /// What it takes: the normalisation keeps its output, the excitation its input.
    pub fn footprint(&self) -> Footprint {
        match self {
            Self::InstanceNorm(shape, _) | Self::SqueezeExcitation(shape, ..) => {
                Footprint { output: bytes_of(*shape), kept: bytes_of(*shape), ..Footprint::default() }
            }
            Self::AveragePool([channels, ..]) => Footprint { output: bytes_of([*channels, 1, 1, 1]), ..Footprint::default() },
        }
    }

    /// Output of the layer.
    pub async fn forward(&mut self, input: &FeatureMaps, keep: Keep, walk: WalkProgress<'_>) -> Result<FeatureMaps, NetworkError> {
        let keeps = keep == Keep::ForGradient;
        match self {
            Self::InstanceNorm(_, slot) => {
                let (output, kept) = InstanceNorm.forward(input, &walk).await?;
                *slot = keeps.then(|| Box::new(kept));
                Ok(output)
            }
            Self::SqueezeExcitation(_, layer, slot) => {
                let (output, kept) = layer.forward(input, &walk).await?;
                *slot = keeps.then(|| Box::new(kept));
                Ok(output)
            }
            Self::AveragePool(_) => AveragePool.forward(input, &walk).await,
        }
    }

    /// Gradient with respect to the input.
    pub async fn backward(&self, gradient: &FeatureMaps, limits: WorkLimits, walk: WalkProgress<'_>) -> Result<FeatureMaps, NetworkError> {
        match self {
            Self::InstanceNorm(_, kept) => InstanceNorm.input_gradient(gradient, kept.as_ref().expect(KEPT), &walk).await,
            Self::SqueezeExcitation(_, layer, kept) => layer.input_gradient(gradient, kept.as_ref().expect(KEPT), &walk).await,
            Self::AveragePool(input) => AveragePool.input_gradient(gradient, *input, limits),
        }
    }
}
