//! Vanilla back-propagation: ∂ logit / ∂ input (Simonyan, Vedaldi & Zisserman 2014, arXiv:1312.6034).

use super::saliency_map::SaliencyMap;
use crate::network::{FeatureMaps, ForwardPass, Network, NetworkError};

/// The gradient of a logit with respect to every value of the (normalised) input, as a map; both conventions agree.
pub async fn saliency(network: &Network, pass: &ForwardPass, gradient: FeatureMaps) -> Result<SaliencyMap, NetworkError> {
    Ok(SaliencyMap { shape: network.input_shape().to_vec(), values: gradient.read().await?, logits: pass.logits.clone() })
}
