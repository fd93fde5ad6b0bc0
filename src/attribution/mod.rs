//! Attribution: which input voxels, or which feature maps, a network's output depends on.
//!
//! The [`Question`] is plain data of [`protocol`](crate::protocol), which the page shares; what computes needs burn.
//! All maps are signed and unscaled, in the units of logit per unit of the normalised input.

mod grad_cam;
mod gradients;
mod saliency_map;
mod upsample;

pub use saliency_map::SaliencyMap;
pub use upsample::upsample;

use crate::network::{FeatureMaps, ForwardPass, HelperPool, Network, NetworkError};
use crate::pace::Pace;
use crate::protocol::{Convention, Method, Quantity, Question};

/// Computes the saliency map that `question` asks for, of an uploaded input. `helpers` compute beside this thread, if there are any.
///
/// # Errors
/// [`NetworkError`]: no such node, the device failed, or the pace stopped.
///
/// ```
/// use burn::tensor::Device;
/// use maplens::attribution::explain;
/// use maplens::maps::Maps;
/// use maplens::native::tree_of_folder;
/// use maplens::network::{Architecture, WorkLimits};
/// use maplens::pace::Unpaced;
/// use maplens::protocol::{Convention, Method, Question};
///
/// # pollster::block_on(async {
/// let tree = tree_of_folder("tests/fixtures/maps/slice_cor_all".as_ref())?;
/// let maps = Maps::open(&tree).await?;
/// let weights = maps.read_checkpoint(&tree, 0, "loss").await?.state_dict;
/// let architecture = Architecture::of(&maps.config)?;
/// let built = architecture.build(&maps.config.input_size, &weights, &Device::flex(), WorkLimits::CPU, &Unpaced).await?;
/// let network = built.network;
///
/// let shape = network.input_shape();
/// let input = network.upload(shape, vec![0.5; shape.iter().product()])?;
/// let question = Question::map(Method::Gradients, 0, Convention::Clinicadl161);
/// let map = explain(&network, &input, question, &Unpaced, None).await?;
/// assert_eq!((map.shape.as_slice(), map.logits.len()), (shape, network.n_outputs()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
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

/// The map that `question` asks for, from a forward pass of the same network, whatever question that pass answered. Only the
/// layers that the pass lacks are computed; the numbers are those of [`explain`], bit for bit.
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
