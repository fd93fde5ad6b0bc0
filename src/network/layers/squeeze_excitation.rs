//! Squeeze-and-excitation (Hu et al. 2018, arXiv:1709.01507).

use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;

use super::activation::Slope;
use super::linear::Linear;
use crate::kernels::Activation;
use crate::network::error::NetworkError;
use crate::network::feature_maps::FeatureMaps;
use crate::network::progress::WalkProgress;

/// Multiplies each channel by `sigmoid(W₂ · ReLU(W₁ · s + b₁) + b₂)`, s being the means of the channels.
#[derive(Debug, Clone)]
pub struct SqueezeExcitation {
    /// W₁: fewer outputs than channels.
    pub squeeze: Linear,
    /// W₂: back to the number of channels.
    pub excite: Linear,
}

/// The values of a forward pass of [`SqueezeExcitation`] that its gradient needs.
#[derive(Debug, Clone)]
pub struct KeptExcitation {
    input: FeatureMaps,
    /// The factors, one per channel.
    gate: Tensor<1>,
    slope: Slope<1>,
}

impl SqueezeExcitation {
    /// Output of the layer, of the shape of the input.
    pub async fn forward(&self, x: &FeatureMaps, progress: &WalkProgress<'_>) -> Result<(FeatureMaps, KeptExcitation), NetworkError> {
        let means = progress.sum(x, |_, x| x).await?.div_scalar(n_voxels(x));
        let (gate, slope) = self.gate(vector(means));
        let factors = per_channel(gate.clone());
        let output = progress.map(x, |_, x| x * factors.clone()).await?;
        Ok((output, KeptExcitation { input: x.clone(), gate, slope }))
    }

    /// Gradient with respect to the input: through the product, and through the factors and the means on which they depend.
    pub async fn input_gradient(
        &self,
        g: &FeatureMaps,
        kept: &KeptExcitation,
        progress: &WalkProgress<'_>,
    ) -> Result<FeatureMaps, NetworkError> {
        let to_gate = vector(progress.sum(g, |rows, g| g * kept.input.rows(rows, 0.0)).await?);
        let to_means = self.means_gradient(to_gate, kept.gate.clone(), &kept.slope);
        let (factors, everywhere) = (per_channel(kept.gate.clone()), per_channel(to_means.div_scalar(n_voxels(g))));
        progress.map(g, |_, g| g * factors.clone() + everywhere.clone()).await
    }

    /// The factors from the means of the channels, and the derivative of the function in between.
    pub fn gate(&self, means: Tensor<1>) -> (Tensor<1>, Slope<1>) {
        let (hidden, slope) = Activation::Relu.forward(self.squeeze.forward(means));
        (sigmoid(self.excite.forward(hidden)), slope)
    }

    /// Gradient with respect to the means from the gradient with respect to the factors that [`Self::gate`] gave.
    pub fn means_gradient(&self, gradient: Tensor<1>, gate: Tensor<1>, slope: &Slope<1>) -> Tensor<1> {
        let to_excite = gradient * gate.clone() * gate.neg().add_scalar(1.0);
        let to_hidden = self.excite.input_gradient(to_excite);
        self.squeeze.input_gradient(Activation::Relu.input_gradient(to_hidden, slope))
    }

    /// Number of weights and biases.
    pub fn n_parameters(&self) -> u64 {
        self.squeeze.n_parameters() + self.excite.n_parameters()
    }
}

fn vector(per_channel: Tensor<5>) -> Tensor<1> {
    let n_channels = per_channel.dims()[1];
    per_channel.reshape([n_channels])
}

fn per_channel(values: Tensor<1>) -> Tensor<5> {
    let [n_channels] = values.dims();
    values.reshape([1, n_channels, 1, 1, 1])
}

fn n_voxels(maps: &FeatureMaps) -> f32 {
    maps.shape()[1..].iter().product::<usize>() as f32
}
