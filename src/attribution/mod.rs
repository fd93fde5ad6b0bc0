//! Attribution: which input voxels, or which feature maps, a network's output depends on.
//!
//! The words of a request ([`Method`], [`Convention`]) are plain data that the page shares; what computes needs burn.
//! All maps are signed and unscaled, in the units of logit per unit of the normalised input.

pub mod method;

#[cfg(feature = "compute")]
mod grad_cam;
#[cfg(feature = "compute")]
mod gradients;
#[cfg(feature = "compute")]
mod upsample;

pub use method::{Convention, Method};
#[cfg(feature = "compute")]
pub use upsample::upsample;

#[cfg(feature = "compute")]
use crate::network::{FeatureMaps, ForwardPass, Network, NetworkError, Pace};

/// A saliency map on the grid of the network's input, with the logits of the same forward pass.
#[cfg(feature = "compute")]
#[derive(Debug, Clone, PartialEq)]
pub struct SaliencyMap {
    /// Channels, then the two or three spatial axes. Gradients have the input's channels, Grad-CAM has one.
    pub shape: Vec<usize>,
    /// Channels slowest, last axis fastest.
    pub values: Vec<f32>,
    /// Raw outputs of the network's last layer.
    pub logits: Vec<f32>,
}

/// Computes a saliency map of output node `target` for an uploaded input.
///
/// # Errors
/// [`NetworkError`]: no such node, the device failed, or the pace stopped.
#[cfg(feature = "compute")]
pub async fn explain(
    network: &Network,
    input: &FeatureMaps,
    method: Method,
    target: usize,
    convention: Convention,
    pace: &dyn Pace,
) -> Result<SaliencyMap, NetworkError> {
    let mut pass = forward(network, input, method, target, pace).await?;
    explain_pass(network, &mut pass, method, target, convention, pace).await
}

/// The forward pass of a saliency map of node `target`; maps of other nodes, levels and methods can start from it.
///
/// # Errors
/// As [`explain`].
#[cfg(feature = "compute")]
pub async fn forward(
    network: &Network,
    input: &FeatureMaps,
    method: Method,
    target: usize,
    pace: &dyn Pace,
) -> Result<ForwardPass, NetworkError> {
    if target >= network.n_outputs() {
        return Err(NetworkError::Target { target, n_outputs: network.n_outputs() });
    }
    network.forward(input, method.first_level(), pace).await
}

/// A saliency map of node `target` from a forward pass of the same network, whatever that was walked for. Only what the
/// pass lacks is walked again; the numbers are those of [`explain`], bit for bit.
///
/// # Errors
/// As [`explain`].
#[cfg(feature = "compute")]
pub async fn explain_pass(
    network: &Network,
    pass: &mut ForwardPass,
    method: Method,
    target: usize,
    convention: Convention,
    pace: &dyn Pace,
) -> Result<SaliencyMap, NetworkError> {
    network.reach(pass, method.first_level(), pace).await?;
    match method {
        Method::Gradients => gradients::explain(network, pass, target, pace).await,
        Method::GradCam { .. } => grad_cam::explain(network, pass, method.first_level(), target, convention, pace).await,
    }
}
