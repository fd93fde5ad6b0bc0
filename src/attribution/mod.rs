//! Attribution: which input voxels, or which feature maps, a network's output depends on.
//!
//! What is asked for ([`Question`]) is plain data of [`protocol`](crate::protocol), which the page shares; what computes needs burn.
//! All maps are signed and unscaled, in the units of logit per unit of the normalised input.

mod grad_cam;
mod gradients;
mod upsample;

pub use upsample::upsample;

use crate::network::{FeatureMaps, ForwardPass, HelperPool, Network, NetworkError};
use crate::pace::Pace;
use crate::protocol::{Convention, Method, Quantity, Question};

/// A saliency map on the grid of the network's input, with the logits of the same forward pass.
#[derive(Debug, Clone, PartialEq)]
pub struct SaliencyMap {
    /// Channels, then the two or three spatial axes. Gradients have the input's channels, Grad-CAM has one.
    pub shape: Vec<usize>,
    /// Channels slowest, last axis fastest.
    pub values: Vec<f32>,
    /// Raw outputs of the network's last layer.
    pub logits: Vec<f32>,
}

/// Computes the saliency map that `question` asks for, of an uploaded input. `helpers` compute beside this thread, if there are any.
///
/// # Errors
/// [`NetworkError`]: no such node, the device failed, or the pace stopped.
pub async fn explain(
    network: &Network,
    input: &FeatureMaps,
    question: Question,
    pace: &dyn Pace,
    helpers: Option<&HelperPool>,
) -> Result<SaliencyMap, NetworkError> {
    let mut pass = forward(network, input, question, pace, helpers).await?;
    explain_pass(network, &mut pass, question, pace, helpers).await
}

/// The forward pass of the map that `question` asks for; maps of other nodes, levels and methods can start from it.
///
/// # Errors
/// As [`explain`].
pub async fn forward(
    network: &Network,
    input: &FeatureMaps,
    question: Question,
    pace: &dyn Pace,
    helpers: Option<&HelperPool>,
) -> Result<ForwardPass, NetworkError> {
    let Question { method, target, .. } = question;
    if target >= network.n_outputs() {
        return Err(NetworkError::Target { target, n_outputs: network.n_outputs() });
    }
    network.forward(input, method.first_level(), pace, helpers).await
}

/// The map that `question` asks for, from a forward pass of the same network, whatever that was walked for. Only what the
/// pass lacks is walked again; the numbers are those of [`explain`], bit for bit.
///
/// # Errors
/// As [`explain`]. After a stop the pass stays usable.
pub async fn explain_pass(
    network: &Network,
    pass: &mut ForwardPass,
    question: Question,
    pace: &dyn Pace,
    helpers: Option<&HelperPool>,
) -> Result<SaliencyMap, NetworkError> {
    match question.quantity {
        Quantity::Map => saliency(network, pass, question, pace, helpers).await,
        Quantity::Difference => {
            let exact = Question { convention: Convention::Clinicadl161, ..question };
            let corrected = Question { convention: Convention::Corrected, ..question };
            let exact = saliency(network, pass, exact, pace, helpers).await?;
            let corrected = saliency(network, pass, corrected, pace, helpers).await?;
            let values = exact.values.iter().zip(&corrected.values).map(|(exact, corrected)| exact - corrected).collect();
            Ok(SaliencyMap { values, ..exact })
        }
    }
}

/// The saliency map itself, in the arithmetic of the question's convention.
async fn saliency(
    network: &Network,
    pass: &mut ForwardPass,
    question: Question,
    pace: &dyn Pace,
    helpers: Option<&HelperPool>,
) -> Result<SaliencyMap, NetworkError> {
    let Question { method, target, convention, .. } = question;
    let level = method.first_level();
    network.reach(pass, level, pace, helpers).await?;
    let gradient = network.gradient(pass, level, target, pace, helpers).await?;
    match method {
        Method::Gradients => gradients::saliency(network, pass, gradient).await,
        Method::GradCam { .. } => grad_cam::saliency(network, pass, level, &gradient, convention).await,
    }
}
