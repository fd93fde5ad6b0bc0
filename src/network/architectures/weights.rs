//! A checkpoint, with notes on what was taken from it and what was wrong.

use std::collections::BTreeSet;

use burn::tensor::Device;

use super::plan::{Planned, PlannedConvolution};
use crate::network::error::KeyProblem;
use crate::network::layers::{BatchNorm, BatchNormParameters, Convolution, Linear, SqueezeExcitation, Window};
use crate::network::{NetworkError, WorkLimits};
use crate::torch_file::StateDict;

/// Stands for "any number" in an expected shape.
const ANY: usize = 0;

/// Where the weights come from, and where they go.
pub struct Weights<'a> {
    state_dict: &'a StateDict,
    device: &'a Device,
    limits: WorkLimits,
    used: BTreeSet<String>,
    problems: Vec<KeyProblem>,
}

impl<'a> Weights<'a> {
    /// Nothing taken yet.
    pub fn new(state_dict: &'a StateDict, device: &'a Device, limits: WorkLimits) -> Self {
        Self { state_dict, device, limits, used: BTreeSet::new(), problems: Vec::new() }
    }

    /// What was wrong.
    pub fn into_problems(self) -> Vec<KeyProblem> {
        self.problems
    }

    /// Whether anything was wrong.
    pub fn are_broken(&self) -> bool {
        !self.problems.is_empty()
    }

    /// The keys that nothing was taken from, sorted.
    pub fn unused(&self) -> Vec<String> {
        self.state_dict.names().filter(|key| !self.used.contains(*key)).map(str::to_owned).collect()
    }

    /// A convolution over `n_axes` axes, or `None` with the problem noted.
    ///
    /// # Errors
    /// [`NetworkError::TooLargeForDevice`] if the weights of one output channel are.
    pub fn convolution(&mut self, plan: &PlannedConvolution, n_in: usize, n_axes: usize) -> Result<Option<Convolution>, NetworkError> {
        let PlannedConvolution { key, kernel, stride, has_bias } = plan;
        let window = Window::new(n_axes, *kernel, *stride, plan.padding());
        let mut expected = vec![ANY, n_in];
        expected.extend(vec![*kernel; n_axes]);
        let Some((shape, weight)) = self.take(&format!("{key}.weight"), &expected) else { return Ok(None) };
        let bias = if *has_bias { self.take(&format!("{key}.bias"), &shape[..1]).map(|(_, bias)| bias) } else { None };
        if *has_bias && bias.is_none() {
            return Ok(None);
        }
        let max_channels = self.limits.outputs_of(n_in * window.volume())?;
        Ok(Some(Convolution::new([shape[0], n_in], window, &weight, bias.as_deref(), max_channels, self.device)))
    }

    /// A batch normalisation, or `None` with the problem noted.
    pub fn batch_norm(&mut self, key: &str, n_channels: usize) -> Option<BatchNorm> {
        self.used.insert(format!("{key}.num_batches_tracked"));
        let names = ["weight", "bias", "running_mean", "running_var"];
        let [weight, bias, mean, variance] = names.map(|name| self.take(&format!("{key}.{name}"), &[n_channels]));
        let parameters = BatchNormParameters { weight: weight?.1, bias: bias?.1, mean: mean?.1, variance: variance?.1 };
        Some(BatchNorm::new(&parameters, self.device))
    }

    /// A squeeze-excitation, or `None` with the problem noted.
    ///
    /// # Errors
    /// As [`Self::linear`].
    pub fn squeeze_excitation(&mut self, key: &str, n_channels: usize) -> Result<Option<SqueezeExcitation>, NetworkError> {
        let Some(squeeze) = self.linear(&format!("{key}.fc1"), n_channels, ANY)? else { return Ok(None) };
        let excite = self.linear(&format!("{key}.fc2"), squeeze.features()[1], n_channels)?;
        Ok(excite.map(|excite| SqueezeExcitation { squeeze, excite }))
    }

    /// A fully connected layer of any number of outputs, or `None` with the problem noted.
    ///
    /// # Errors
    /// [`NetworkError::TooLargeForDevice`] if the weights of one output are.
    pub fn fully_connected(&mut self, key: &str, n_in: usize) -> Result<Option<Linear>, NetworkError> {
        self.linear(key, n_in, ANY)
    }

    /// Notes that a residual block's branch ends in another number of channels than its shortcut.
    pub fn note_unequal_branches(&mut self, branch: &[Planned], expected: usize, found: usize) {
        let key_of = |step: &Planned| if let Planned::Convolution(plan) = step { Some(plan.key.clone()) } else { None };
        let key = branch.iter().rev().find_map(key_of).unwrap_or_default();
        self.problems.push(KeyProblem::Shape { key, expected: vec![expected], found: vec![found] });
    }

    fn linear(&mut self, key: &str, n_in: usize, n_out: usize) -> Result<Option<Linear>, NetworkError> {
        let Some((shape, weight)) = self.take(&format!("{key}.weight"), &[n_out, n_in]) else { return Ok(None) };
        let max_rows = self.limits.outputs_of(n_in)?;
        let bias = self.take(&format!("{key}.bias"), &shape[..1]);
        Ok(bias.map(|(_, bias)| Linear::new([shape[0], n_in], weight, bias, max_rows, self.device)))
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
}
