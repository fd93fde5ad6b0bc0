//! Gradient-weighted class activation mapping (Selvaraju et al. 2017, arXiv:1610.02391), as the paper and as ClinicaDL have it.

use burn::tensor::Tensor;

use super::saliency_map::SaliencyMap;
use super::upsample::upsample;
use crate::network::{FeatureMaps, ForwardPass, Network, NetworkError};
use crate::protocol::Convention;

/// Weighs the feature maps of a level by their pooled gradients, combines the channels and up-samples to the input's grid.
///
/// * ClinicaDL 1.6.1: gradients are averaged over the first two spatial axes only, so that in 3D weights still vary along
///   the last one; channels are averaged, negative values stay.
/// * Corrected: gradients are averaged over all spatial axes, channels are summed, negative values become 0.
///
/// In 2D both average over all of the image, and differ in the rest.
pub async fn saliency(
    network: &Network,
    pass: &ForwardPass,
    level: usize,
    gradient: &FeatureMaps,
    convention: Convention,
) -> Result<SaliencyMap, NetworkError> {
    let features = pass.feature_maps(level);
    let weights = pooled_gradients(gradient, convention);
    let cam = combine(features, &weights, convention).read().await?;
    let [_, d, h, w] = features.shape();
    let [_, depth, height, width] = pass.input().shape();
    let values = upsample(&cam, [d, h, w], [depth, height, width]);
    let mut shape = network.input_shape().to_vec();
    shape[0] = 1;
    Ok(SaliencyMap { shape, values, logits: pass.logits.clone() })
}

/// The weights of K channels, averages of their gradients: 1×K×1×1×W (ClinicaDL 1.6.1) or 1×K×1×1×1 (corrected).
fn pooled_gradients(gradient: &FeatureMaps, convention: Convention) -> Tensor<5> {
    let [_, depth, height, width] = gradient.shape();
    let over_rows = gradient.slabs().map(|slab| slab.clone().sum_dim(3).sum_dim(2)).reduce(|sum, slab| sum + slab);
    // A feature map has at least one row, so there is a sum.
    let sum = over_rows.unwrap_or_else(|| gradient.rows(0..1, 0.0).sum_dim(3));
    match convention {
        Convention::Clinicadl161 => sum.div_scalar((depth * height) as f32),
        Convention::Corrected => sum.sum_dim(4).div_scalar((depth * height * width) as f32),
    }
}

/// The channels (K×D×H×W) weighted by `weights`, combined to one: their mean, or the positive part of their sum.
fn combine(features: &FeatureMaps, weights: &Tensor<5>, convention: Convention) -> FeatureMaps {
    let [n_channels, depth, height, width] = features.shape();
    let mut cam = FeatureMaps::empty([1, depth, height, width]);
    for slab in features.slabs() {
        let sum = (slab.clone() * weights.clone()).sum_dim(1);
        cam.push(match convention {
            Convention::Clinicadl161 => sum.div_scalar(n_channels as f32),
            Convention::Corrected => burn::tensor::activation::relu(sum),
        });
    }
    cam
}
