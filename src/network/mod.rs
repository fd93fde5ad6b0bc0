//! A trained network as a list of layers: checkpoint → [`Network`] → logits and gradients.
//!
//! The list has two parts, as in ClinicaDL: `convolutions` on feature maps, whose modules Grad-CAM levels count, and
//! `fc` on a vector. A saliency map walks it forwards once, keeping of each layer only what its backward pass needs, and
//! backwards to the input or to one level.

mod architectures;
mod error;
pub mod feature_maps;
pub mod layers;
mod pace;
mod plan;
mod spatial_pass;

pub use architectures::{Architecture, SUPPORTED};
pub use error::{KeyProblem, NetworkError};
pub use feature_maps::FeatureMaps;
pub use pace::{Pace, Stopped, Unpaced};
pub use plan::WorkLimits;

use burn::tensor::{Device, Tensor};

use crate::engine::message::Stage;
use layers::{Linear, SpatialLayer};
use spatial_pass::{Keep, Position, SpatialPass};

/// A network on a device, ready to be explained.
#[derive(Debug, Clone)]
pub struct Network {
    convolutions: Vec<SpatialLayer>,
    /// Fully connected layers; a ReLU stands between each two.
    fc: Vec<Linear>,
    input_shape: [usize; 4],
    device: Device,
    limits: WorkLimits,
}

/// One module of `convolutions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// Name of the layer.
    pub layer: &'static str,
    /// Shape C×D×H×W of its output.
    pub shape: [usize; 4],
}

/// What one forward walk leaves behind: the logits, the feature maps asked for, and what the way back needs.
#[derive(Debug)]
pub struct ForwardPass {
    /// Raw outputs of the last layer.
    pub logits: Vec<f32>,
    /// Output of the first `level` modules.
    feature_maps: FeatureMaps,
    /// The spatial layers after them.
    spatial: SpatialPass,
    /// Where each ReLU between fully connected layers was open: 1 or 0.
    open: Vec<Tensor<1>>,
}

impl Network {
    /// Wraps layers that fit each other; [`Architecture::build`] makes them from a checkpoint.
    pub(crate) fn new(
        convolutions: Vec<SpatialLayer>,
        fc: Vec<Linear>,
        input_shape: [usize; 4],
        device: Device,
        limits: WorkLimits,
    ) -> Self {
        Self { convolutions, fc, input_shape, device, limits }
    }

    /// Shape C×D×H×W of the input.
    pub fn input_shape(&self) -> [usize; 4] {
        self.input_shape
    }

    /// Number of output nodes.
    pub fn n_outputs(&self) -> usize {
        self.fc.last().map_or(0, |layer| layer.features()[1])
    }

    /// Number of trained weights and biases.
    pub fn n_parameters(&self) -> u64 {
        let spatial: u64 = self.convolutions.iter().map(SpatialLayer::n_parameters).sum();
        spatial + self.fc.iter().map(Linear::n_parameters).sum::<u64>()
    }

    /// The modules of `convolutions` in order; Grad-CAM level n is the output of entry n − 1.
    pub fn levels(&self) -> Vec<Level> {
        let shapes = self.shapes();
        self.convolutions.iter().zip(&shapes[1..]).map(|(layer, &shape)| Level { layer: layer.name(), shape }).collect()
    }

    /// Puts an input (channels slowest, last axis fastest) on the network's device.
    ///
    /// # Errors
    /// [`NetworkError::InputShape`] if it is not of the shape the network was trained on.
    pub fn upload(&self, shape: [usize; 4], values: &[f32]) -> Result<FeatureMaps, NetworkError> {
        if shape != self.input_shape || values.len() != shape.iter().product::<usize>() {
            return Err(NetworkError::InputShape { expected: self.input_shape, found: shape });
        }
        let max_rows = self.limits.rows_of(shape)?;
        Ok(FeatureMaps::from_values(shape, values, max_rows, &self.device))
    }

    /// Walks forwards, keeping the output of the first `level` modules (0: the input itself) and all that
    /// [`Self::gradient`] needs after it.
    ///
    /// # Errors
    /// [`NetworkError::Stopped`] when the pace stops, [`NetworkError::Device`] when the device fails.
    pub async fn forward(&self, input: &FeatureMaps, level: usize, pace: &dyn Pace) -> Result<ForwardPass, NetworkError> {
        let level = level.min(self.convolutions.len());
        let total = self.convolutions.len() as u64 + 1;
        let mut before = self.spatial_pass(0, level);
        let feature_maps = before.forward(input, Keep::Nothing, Position { done: 0, total }, pace).await?;
        let mut spatial = self.spatial_pass(level, self.convolutions.len());
        let after = spatial.forward(&feature_maps, Keep::ForGradient, Position { done: level as u64, total }, pace).await?;
        let (logits, open) = self.fully_connected(after.flatten());
        let logits = read(logits).await?;
        pace.step(Stage::Forward, total, total).await?;
        Ok(ForwardPass { logits, feature_maps, spatial, open })
    }

    /// Gradient of logit `target` with respect to the feature maps of a forward pass.
    ///
    /// # Errors
    /// [`NetworkError::Target`] if there is no such node; otherwise as [`Self::forward`].
    pub async fn gradient(&self, pass: &ForwardPass, target: usize, pace: &dyn Pace) -> Result<FeatureMaps, NetworkError> {
        let n_outputs = self.n_outputs();
        if target >= n_outputs {
            return Err(NetworkError::Target { target, n_outputs });
        }
        let mut one_hot = vec![0.0_f32; n_outputs];
        one_hot[target] = 1.0;
        let flat = self.fully_connected_gradient(Tensor::from_floats(one_hot.as_slice(), &self.device), &pass.open);
        let [c, d, h, w] = self.shapes()[self.convolutions.len()];
        let mut maps = FeatureMaps::empty([c, d, h, w]);
        maps.push(flat.reshape([1, c, d, h, w]));
        pass.spatial.backward(maps, pace).await
    }

    fn spatial_pass(&self, from: usize, to: usize) -> SpatialPass {
        SpatialPass::new(self.convolutions[from..to].to_vec(), self.shapes()[from], self.limits)
    }

    /// Shape of the input, then of each module's output.
    fn shapes(&self) -> Vec<[usize; 4]> {
        let mut shapes = vec![self.input_shape];
        for layer in &self.convolutions {
            shapes.push(layer.output_shape(shapes[shapes.len() - 1]));
        }
        shapes
    }

    fn fully_connected(&self, mut x: Tensor<1>) -> (Tensor<1>, Vec<Tensor<1>>) {
        let mut open = Vec::new();
        for (index, layer) in self.fc.iter().enumerate() {
            x = layer.forward(x);
            if index + 1 < self.fc.len() {
                open.push(x.clone().greater_scalar(0.0).float());
                x = burn::tensor::activation::relu(x);
            }
        }
        (x, open)
    }

    fn fully_connected_gradient(&self, mut gradient: Tensor<1>, open: &[Tensor<1>]) -> Tensor<1> {
        for (index, layer) in self.fc.iter().enumerate().rev() {
            if let Some(open) = open.get(index) {
                gradient = gradient * open.clone();
            }
            gradient = layer.input_gradient(gradient);
        }
        gradient
    }
}

impl ForwardPass {
    /// Output of the first `level` modules.
    pub fn feature_maps(&self) -> &FeatureMaps {
        &self.feature_maps
    }
}

/// Reads a tensor back, without blocking the browser.
///
/// # Errors
/// [`NetworkError::Device`] with the device's own words.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, NetworkError> {
    let failed = |reason: String| NetworkError::Device { reason };
    let data = tensor.into_data_async().await.map_err(|error| failed(format!("{error:?}")))?;
    data.try_into_vec::<f32>().map_err(|error| failed(format!("{error:?}")))
}
