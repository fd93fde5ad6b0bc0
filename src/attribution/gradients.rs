//! Vanilla back-propagation: ∂ logit / ∂ input (Simonyan, Vedaldi & Zisserman 2014, arXiv:1312.6034).

use super::SaliencyMap;
use crate::network::{ForwardPass, Network, NetworkError, Pace};

/// The derivative of logit `target` with respect to every value of the (normalised) input; both conventions agree.
pub async fn explain(network: &Network, pass: &ForwardPass, target: usize, pace: &dyn Pace) -> Result<SaliencyMap, NetworkError> {
    let gradient = network.gradient(pass, 0, target, pace).await?;
    Ok(SaliencyMap { shape: network.input_shape().to_vec(), values: gradient.read().await?, logits: pass.logits.clone() })
}
