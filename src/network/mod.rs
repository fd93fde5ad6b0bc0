//! A trained network as a list of layers: checkpoint → [`Network`] → logits and gradients.
//!
//! The list has two parts, as in ClinicaDL: `convolutions` on feature maps, whose modules Grad-CAM levels count, and
//! `fc` on a vector. A saliency map walks it forwards once, keeping of each layer only what its backward pass needs, and
//! backwards to the input or to one level.

mod architectures;
mod error;
pub mod feature_maps;
mod fully_connected;
mod input_shape;
pub mod kernels;
pub mod layers;
mod pace;
mod pass;
mod plan;
pub mod step;
pub mod walk;

pub use architectures::{Architecture, Built, SUPPORTED};
pub use error::{KeyProblem, NetworkError};
pub use feature_maps::FeatureMaps;
pub use pace::{Pace, Stopped, Unpaced};
pub use pass::{Keep, SpatialPass};
pub use plan::WorkLimits;

use burn::tensor::{Device, Tensor};

use crate::engine::message::Stage;
use fully_connected::FullyConnected;
use input_shape::InputShape;
use layers::Slope;
use step::Module;
use walk::Walk;

/// A network on a device, ready to be explained.
#[derive(Debug, Clone)]
pub struct Network {
    convolutions: Vec<Module>,
    fc: FullyConnected,
    input: InputShape,
    device: Device,
    limits: WorkLimits,
}

/// One module of `convolutions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// What it is, in words.
    pub layer: String,
    /// Shape of its output: channels, then as many axes as the input has.
    pub shape: Vec<usize>,
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
    /// Of the activations between fully connected layers.
    slopes: Vec<Slope<1>>,
}

impl Network {
    /// Wraps layers that fit each other; [`Architecture::build`] makes them from a checkpoint.
    fn new(convolutions: Vec<Module>, fc: FullyConnected, input: InputShape, device: Device, limits: WorkLimits) -> Self {
        Self { convolutions, fc, input, device, limits }
    }

    /// Shape of the input: channels, then two or three axes.
    pub fn input_shape(&self) -> &[usize] {
        self.input.as_slice()
    }

    /// Number of spatial axes of the input: 2 or 3.
    pub fn n_axes(&self) -> usize {
        self.input.n_axes()
    }

    /// Number of output nodes.
    pub fn n_outputs(&self) -> usize {
        self.fc.n_outputs()
    }

    /// Number of trained weights and biases.
    pub fn n_parameters(&self) -> u64 {
        self.convolutions.iter().map(Module::n_parameters).sum::<u64>() + self.fc.n_parameters()
    }

    /// The modules of `convolutions` in order; Grad-CAM level n is the output of entry n − 1.
    pub fn levels(&self) -> Vec<Level> {
        let shapes = self.shapes();
        let level = |(module, &shape): (&Module, &[usize; 4])| Level { layer: module.name.clone(), shape: self.input.outside(shape) };
        self.convolutions.iter().zip(&shapes[1..]).map(level).collect()
    }

    /// Puts an input (channels slowest, last axis fastest) on the network's device.
    ///
    /// # Errors
    /// [`NetworkError::InputShape`] if it is not of the shape the network was trained on.
    pub fn upload(&self, shape: &[usize], values: &[f32]) -> Result<FeatureMaps, NetworkError> {
        if shape != self.input_shape() || values.len() != shape.iter().product::<usize>() {
            return Err(NetworkError::InputShape { expected: self.input_shape().to_vec(), found: shape.to_vec() });
        }
        let shape = self.input.spatial();
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
        let mut before = self.spatial_pass(0, level);
        let mut spatial = self.spatial_pass(level, self.convolutions.len());
        let n_layers = before.n_layers() + spatial.n_layers();
        let walk = Walk::new(pace, Stage::Forward, n_layers + 1);
        let feature_maps = before.forward(input, Keep::Nothing, walk).await?;
        let after = spatial.forward(&feature_maps, Keep::ForGradient, walk.after(before.n_layers())).await?;
        let (logits, slopes) = self.fc.forward(after.flatten());
        let logits = read(logits).await?;
        walk.step(n_layers + 1).await?;
        Ok(ForwardPass { logits, feature_maps, spatial, slopes })
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
        let flat = self.fc.input_gradient(Tensor::from_floats(one_hot.as_slice(), &self.device), &pass.slopes);
        let [c, d, h, w] = self.shapes()[self.convolutions.len()];
        let mut maps = FeatureMaps::empty([c, d, h, w]);
        maps.push(flat.reshape([1, c, d, h, w]));
        let walk = Walk::new(pace, Stage::Backward, pass.spatial.n_layers());
        pass.spatial.backward(maps, walk).await
    }

    fn spatial_pass(&self, from: usize, to: usize) -> SpatialPass {
        let steps = self.convolutions[from..to].iter().flat_map(|module| &module.steps);
        SpatialPass::new(steps, self.shapes()[from], self.limits)
    }

    /// Shape of the input, then of each module's output.
    fn shapes(&self) -> Vec<[usize; 4]> {
        let mut shapes = vec![self.input.spatial()];
        for module in &self.convolutions {
            shapes.push(module.output_shape(shapes[shapes.len() - 1]));
        }
        shapes
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
