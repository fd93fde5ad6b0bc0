//! From an architecture's plan and a checkpoint to a network. Every problem is collected before anything is refused.

use std::collections::BTreeSet;

use burn::tensor::Device;

use crate::network::error::KeyProblem;
use crate::network::layers::{BatchNorm, BatchNormParameters, Conv3d, Linear, PadMaxPool, Relu, SpatialLayer};
use crate::network::{Network, NetworkError, WorkLimits};
use crate::torch_file::StateDict;

/// Stands for "any number" in an expected shape.
const ANY: usize = 0;

/// What an architecture consists of; all sizes come from the checkpoint.
pub struct Plan {
    /// The modules that Grad-CAM levels count.
    pub convolutions: Vec<Module>,
    /// Key prefixes of the fully connected layers, with a ReLU between each two.
    pub fc: Vec<&'static str>,
}

/// One module of `convolutions`, with the prefix of its keys.
pub enum Module {
    /// Convolution 3×3×3.
    Conv3d {
        /// Prefix.
        key: String,
        /// Along all axes.
        stride: usize,
    },
    /// Batch normalisation.
    BatchNorm {
        /// Prefix.
        key: String,
    },
    /// Rectifier.
    Relu,
    /// Front-padded 2×2×2 maximum.
    PadMaxPool,
}

impl Plan {
    /// See [`super::Architecture::build`].
    pub fn build(
        &self,
        architecture: &'static str,
        input_shape: [usize; 4],
        state_dict: &StateDict,
        device: &Device,
        limits: WorkLimits,
    ) -> Result<(Network, Vec<String>), NetworkError> {
        let mut weights = Weights { state_dict, used: BTreeSet::new(), problems: Vec::new() };
        let mut shape = input_shape;
        let mut convolutions = Vec::with_capacity(self.convolutions.len());
        for module in &self.convolutions {
            let Some(layer) = module.build(shape, &mut weights, device) else { break };
            shape = layer.output_shape(shape);
            convolutions.push(layer);
        }
        let mut fc = Vec::with_capacity(self.fc.len());
        let mut n_features = shape.iter().product();
        for key in &self.fc {
            let Some(layer) = weights.linear(key, n_features, device, limits)? else { break };
            n_features = layer.features()[1];
            fc.push(layer);
        }
        if !weights.problems.is_empty() {
            return Err(NetworkError::Checkpoint { architecture, problems: weights.problems });
        }
        let unused = weights.unused();
        Ok((Network::new(convolutions, fc, input_shape, device.clone(), limits), unused))
    }
}

impl Module {
    /// The layer on an input of this shape, or `None` with the problem noted.
    fn build(&self, input: [usize; 4], weights: &mut Weights, device: &Device) -> Option<SpatialLayer> {
        match self {
            Self::Conv3d { key, stride } => weights.conv3d(key, input[0], *stride, device).map(SpatialLayer::Conv3d),
            Self::BatchNorm { key } => weights.batch_norm(key, input[0], device).map(SpatialLayer::BatchNorm),
            Self::Relu => Some(SpatialLayer::Relu(Relu)),
            Self::PadMaxPool => Some(SpatialLayer::PadMaxPool(PadMaxPool)),
        }
    }
}

/// A checkpoint, with notes on what was taken from it and what was wrong.
struct Weights<'a> {
    state_dict: &'a StateDict,
    used: BTreeSet<String>,
    problems: Vec<KeyProblem>,
}

impl Weights<'_> {
    fn conv3d(&mut self, key: &str, n_in: usize, stride: usize, device: &Device) -> Option<Conv3d> {
        let (shape, weight) = self.take(&format!("{key}.weight"), &[ANY, n_in, 3, 3, 3])?;
        let n_out = *shape.first()?;
        let (_, bias) = self.take(&format!("{key}.bias"), &[n_out])?;
        Some(Conv3d::new([n_out, n_in], weight, bias, stride, device))
    }

    fn batch_norm(&mut self, key: &str, n_channels: usize, device: &Device) -> Option<BatchNorm> {
        self.used.insert(format!("{key}.num_batches_tracked"));
        let names = ["weight", "bias", "running_mean", "running_var"];
        let [weight, bias, mean, variance] = names.map(|name| self.take(&format!("{key}.{name}"), &[n_channels]));
        let parameters = BatchNormParameters { weight: weight?.1, bias: bias?.1, mean: mean?.1, variance: variance?.1 };
        Some(BatchNorm::new(&parameters, device))
    }

    fn linear(&mut self, key: &str, n_in: usize, device: &Device, limits: WorkLimits) -> Result<Option<Linear>, NetworkError> {
        let max_rows = limits.outputs_of(n_in)?;
        let Some((shape, weight)) = self.take(&format!("{key}.weight"), &[ANY, n_in]) else { return Ok(None) };
        let n_out = shape.first().copied().unwrap_or(0);
        let bias = self.take(&format!("{key}.bias"), &[n_out]);
        Ok(bias.map(|(_, bias)| Linear::new([n_out, n_in], weight, bias, max_rows, device)))
    }

    /// Shape and values of a key, or `None` with the problem noted.
    fn take(&mut self, key: &str, expected: &[usize]) -> Option<(Vec<usize>, Vec<f32>)> {
        self.used.insert(key.to_owned());
        let Some(tensor) = self.state_dict.get(key) else {
            self.problems.push(KeyProblem::Missing { key: key.to_owned() });
            return None;
        };
        let found = tensor.shape().to_vec();
        let fits = found.len() == expected.len() && found.iter().zip(expected).all(|(&f, &e)| f > 0 && (e == ANY || f == e));
        if !fits {
            self.problems.push(KeyProblem::Shape { key: key.to_owned(), expected: expected.to_vec(), found });
            return None;
        }
        match tensor.to_f32_vec() {
            Ok(values) => Some((found, values)),
            Err(error) => {
                self.problems.push(KeyProblem::Unreadable { key: key.to_owned(), reason: error.to_string() });
                None
            }
        }
    }

    fn unused(&self) -> Vec<String> {
        self.state_dict.names().filter(|key| !self.used.contains(*key)).map(str::to_owned).collect()
    }
}
