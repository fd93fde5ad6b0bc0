//! Instance normalisation (Ulyanov, Vedaldi & Lempitsky 2016, arXiv:1607.08022), without parameters.

use burn::tensor::Tensor;

use crate::network::progress::WalkProgress;
use crate::network::{FeatureMaps, NetworkError};

/// torch's default for the constant added to the variance.
const EPSILON: f32 = 1e-5;

/// `(x − mean) / √(variance + 1e-5)` per channel, with the mean and the (biased) variance of the image itself, in evaluation
/// as in training: torch's `InstanceNorm` keeps no running statistics unless told to.
#[derive(Debug, Clone, Copy)]
pub struct InstanceNorm;

/// What the gradient needs.
#[derive(Debug, Clone)]
pub struct KeptInstanceNorm {
    /// The output.
    normalized: FeatureMaps,
    /// `1 / √(variance + 1e-5)`, 1×C×1×1×1.
    scale: Tensor<5>,
}

impl InstanceNorm {
    /// Same shape as the input. The variance takes a second pass over the centred values, which loses no digits.
    pub async fn forward(&self, x: &FeatureMaps, walk: &WalkProgress<'_>) -> Result<(FeatureMaps, KeptInstanceNorm), NetworkError> {
        let n = n_voxels(x);
        let mean = walk.sum(x, |_, x| x).await?.div_scalar(n);
        let squares = walk.sum(x, |_, x| (x - mean.clone()).square()).await?;
        let scale = squares.div_scalar(n).add_scalar(EPSILON).sqrt().recip();
        let normalized = walk.map(x, |_, x| (x - mean.clone()) * scale.clone()).await?;
        Ok((normalized.clone(), KeptInstanceNorm { normalized, scale }))
    }

    /// `scale · (g − mean(g) − y · mean(g · y))`, y being the output: mean and variance depend on the input, too.
    pub async fn input_gradient(
        &self,
        g: &FeatureMaps,
        kept: &KeptInstanceNorm,
        walk: &WalkProgress<'_>,
    ) -> Result<FeatureMaps, NetworkError> {
        let n = n_voxels(g);
        let y = |rows| kept.normalized.rows(rows, 0.0);
        let mean = walk.sum(g, |_, g| g).await?.div_scalar(n);
        let along = walk.sum(g, |rows, g| g * y(rows)).await?.div_scalar(n);
        walk.map(g, |rows, g| (g - mean.clone() - y(rows) * along.clone()) * kept.scale.clone()).await
    }
}

fn n_voxels(maps: &FeatureMaps) -> f32 {
    maps.shape()[1..].iter().product::<usize>() as f32
}
