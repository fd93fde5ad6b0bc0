//! Instance normalisation (Ulyanov, Vedaldi & Lempitsky 2016, arXiv:1607.08022), without parameters.

use burn::tensor::Tensor;

use crate::network::error::NetworkError;
use crate::network::feature_maps::FeatureMaps;
use crate::network::progress::WalkProgress;

/// torch's default for the constant added to the variance.
const EPSILON: f32 = 1e-5;

/// `(x − mean) / √(variance + 1e-5)` per channel, with the mean and the (biased) variance of the image itself, in evaluation
/// as in training: torch's `InstanceNorm` keeps no running statistics by default.
#[derive(Debug, Clone, Copy)]
pub struct InstanceNorm;

/// The values of a forward pass of [`InstanceNorm`] that its gradient needs.
#[derive(Debug, Clone)]
pub struct KeptInstanceNorm {
    /// The output.
    normalized: FeatureMaps,
    /// `1 / √(variance + 1e-5)`, 1×C×1×1×1.
    scale: Tensor<5>,
}

impl InstanceNorm {
    /// Output of the layer, of the shape of the input. The variance takes a second pass over the centred values, which loses no digits.
    pub async fn forward(&self, x: &FeatureMaps, progress: &WalkProgress<'_>) -> Result<(FeatureMaps, KeptInstanceNorm), NetworkError> {
        let n = n_voxels(x);
        let mean = progress.sum(x, |_, x| x).await?.div_scalar(n);
        let squares = progress.sum(x, |_, x| (x - mean.clone()).square()).await?;
        let scale = squares.div_scalar(n).add_scalar(EPSILON).sqrt().recip();
        let normalized = progress.map(x, |_, x| (x - mean.clone()) * scale.clone()).await?;
        Ok((normalized.clone(), KeptInstanceNorm { normalized, scale }))
    }

    /// Gradient with respect to the input: `scale · (g − mean(g) − y · mean(g · y))`, y being the output, since mean and variance depend
    /// on the input, too.
    pub async fn input_gradient(
        &self,
        g: &FeatureMaps,
        kept: &KeptInstanceNorm,
        progress: &WalkProgress<'_>,
    ) -> Result<FeatureMaps, NetworkError> {
        let n = n_voxels(g);
        let y = |rows| kept.normalized.rows(rows, 0.0);
        let mean = progress.sum(g, |_, g| g).await?.div_scalar(n);
        let along = progress.sum(g, |rows, g| g * y(rows)).await?.div_scalar(n);
        progress.map(g, |rows, g| (g - mean.clone() - y(rows) * along.clone()) * kept.scale.clone()).await
    }
}

fn n_voxels(maps: &FeatureMaps) -> f32 {
    maps.shape()[1..].iter().product::<usize>() as f32
}
