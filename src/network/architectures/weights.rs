//! The weights of a checkpoint, with the keys that were used and the problems that were found.

use std::collections::BTreeSet;

use burn::tensor::{Device, Tensor, TensorData};

use super::plan::{Planned, PlannedConvolution};
use crate::network::error::{KeyProblem, NetworkError};
use crate::network::feature_maps::slabs_of;
use crate::network::layers::{BatchNorm, BatchNormParameters, Convolution, Linear, SlidingWindow, SqueezeExcitation};
use crate::network::work_limits::WorkLimits;
use crate::pace::{Pace, Stage};
use crate::torch_file::{self, Flaw, StateDict};

/// Stands for "any number" in an expected shape.
const ANY: usize = 0;

/// The device that weights are put on, and how large a tensor may be there.
#[derive(Clone, Copy)]
pub struct WeightPlacement<'a> {
    /// The device.
    pub device: &'a Device,
    /// Limits of one piece of work.
    pub limits: WorkLimits,
}

/// The weights of a checkpoint on their way to a device. Each is read when it is taken, and held only once.
pub struct Weights<'a> {
    state_dict: &'a StateDict,
    pace: &'a dyn Pace,
    /// Bytes that were read so far, and bytes of all tensors of the checkpoint.
    progress: [u64; 2],
    device: &'a Device,
    limits: WorkLimits,
    used: BTreeSet<String>,
    problems: Vec<KeyProblem>,
}

impl<'a> Weights<'a> {
    /// The weights of a checkpoint, none of which has been taken.
    pub fn new(state_dict: &'a StateDict, WeightPlacement { device, limits }: WeightPlacement<'a>, pace: &'a dyn Pace) -> Self {
        let total = state_dict.iter().map(|(_, tensor)| tensor.n_elements() as u64 * tensor.dtype().size() as u64).sum();
        Self { state_dict, pace, progress: [0, total], device, limits, used: BTreeSet::new(), problems: Vec::new() }
    }

    /// The problems that were noted.
    pub fn into_problems(self) -> Vec<KeyProblem> {
        self.problems
    }

    /// Whether problems were noted.
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
    /// [`NetworkError::TooLargeForDevice`] if the weights of one output channel are; [`NetworkError::Unreadable`] if the
    /// checkpoint is, [`NetworkError::Stopped`] when the pace stops.
    pub async fn convolution(
        &mut self,
        plan: &PlannedConvolution,
        n_in: usize,
        n_axes: usize,
    ) -> Result<Option<Convolution>, NetworkError> {
        let PlannedConvolution { key, kernel, stride, has_bias } = plan;
        let window = SlidingWindow::new(n_axes, *kernel, *stride, plan.padding());
        let mut expected = vec![ANY, n_in];
        expected.extend(vec![*kernel; n_axes]);
        let Some((shape, weight)) = self.take(&format!("{key}.weight"), &expected).await? else { return Ok(None) };
        let bias = if *has_bias { self.take(&format!("{key}.bias"), &shape[..1]).await?.map(|(_, bias)| bias) } else { None };
        if *has_bias && bias.is_none() {
            return Ok(None);
        }
        let max_channels = self.limits.outputs_of(n_in * window.volume())?;
        Ok(Some(Convolution::new([shape[0], n_in], window, &weight, bias.as_deref(), max_channels, self.device)))
    }

    /// A batch normalisation, or `None` with the problem noted.
    ///
    /// # Errors
    /// If the checkpoint cannot be read, or when the pace stops.
    pub async fn batch_norm(&mut self, key: &str, n_channels: usize) -> Result<Option<BatchNorm>, NetworkError> {
        self.used.insert(format!("{key}.num_batches_tracked"));
        let mut taken = [const { None }; 4];
        for (taken, name) in taken.iter_mut().zip(["weight", "bias", "running_mean", "running_var"]) {
            *taken = self.take(&format!("{key}.{name}"), &[n_channels]).await?;
        }
        let [Some((_, weight)), Some((_, bias)), Some((_, mean)), Some((_, variance))] = taken else { return Ok(None) };
        Ok(Some(BatchNorm::new(&BatchNormParameters { weight, bias, mean, variance }, self.device)))
    }

    /// A squeeze-excitation, or `None` with the problem noted.
    ///
    /// # Errors
    /// If the weights of one output are too large for the device, if the checkpoint cannot be read, or when the pace stops.
    pub async fn squeeze_excitation(&mut self, key: &str, n_channels: usize) -> Result<Option<SqueezeExcitation>, NetworkError> {
        let Some(squeeze) = self.linear(&format!("{key}.fc1"), n_channels, ANY).await? else { return Ok(None) };
        let excite = self.linear(&format!("{key}.fc2"), squeeze.features()[1], n_channels).await?;
        Ok(excite.map(|excite| SqueezeExcitation { squeeze, excite }))
    }

    /// A fully connected layer of any number of outputs, or `None` with the problem noted.
    ///
    /// # Errors
    /// [`NetworkError::TooLargeForDevice`] if the weights of one output are; [`NetworkError::Unreadable`] if the checkpoint
    /// is, [`NetworkError::Stopped`] when the pace stops.
    pub async fn fully_connected(&mut self, key: &str, n_in: usize) -> Result<Option<Linear>, NetworkError> {
        self.linear(key, n_in, ANY).await
    }

    /// Notes that a residual block's branch ends in another number of channels than its shortcut.
    pub fn note_unequal_branches(&mut self, branch: &[Planned], expected: usize, found: usize) {
        let key_of = |planned: &Planned| if let Planned::Convolution(plan) = planned { Some(plan.key.clone()) } else { None };
        let key = branch.iter().rev().find_map(key_of).unwrap_or_default();
        self.problems.push(KeyProblem::Shape { key, expected: vec![expected], found: vec![found] });
    }

    /// The weights go to the device in pieces of whole rows, of which one is held at a time.
    async fn linear(&mut self, key: &str, n_in: usize, n_out: usize) -> Result<Option<Linear>, NetworkError> {
        let name = format!("{key}.weight");
        let Some(tensor) = self.find(&name, &[n_out, n_in]) else { return Ok(None) };
        let n_out = tensor.shape()[0];
        let max_rows = self.limits.outputs_of(n_in)?;
        let mut pieces = Vec::new();
        for rows in slabs_of(0..n_out, max_rows) {
            let Some(values) = self.read(&name, &tensor.rows(rows.clone())).await? else { return Ok(None) };
            pieces.push(Tensor::from_data(TensorData::new(values, [rows.len(), n_in]), self.device));
        }
        let bias = self.take(&format!("{key}.bias"), &[n_out]).await?;
        Ok(bias.map(|(_, bias)| Linear::of_pieces(pieces, bias, self.device, self.limits.kernels)))
    }

    /// Shape and values of a key, or `None` with the problem noted.
    async fn take(&mut self, key: &str, expected: &[usize]) -> Result<Option<(Vec<usize>, Vec<f32>)>, NetworkError> {
        let Some(tensor) = self.find(key, expected) else { return Ok(None) };
        let Some(values) = self.read(key, tensor).await? else { return Ok(None) };
        // In a kernel a NaN may lose against a number, and a map of a broken training would look like any other.
        let n_broken = values.iter().filter(|value| !value.is_finite()).count();
        if n_broken > 0 {
            self.problems.push(KeyProblem::NotFinite { key: key.to_owned(), n_broken, n_values: values.len() });
            return Ok(None);
        }
        Ok(Some((tensor.shape().to_vec(), values)))
    }

    /// The tensor of a key, or `None` with the problem noted.
    fn find(&mut self, key: &str, expected: &[usize]) -> Option<&'a torch_file::Tensor> {
        self.used.insert(key.to_owned());
        let Some(tensor) = self.state_dict.get(key) else {
            self.problems.push(KeyProblem::Missing { key: key.to_owned() });
            return None;
        };
        let found = tensor.shape();
        let fits = found.len() == expected.len() && found.iter().zip(expected).all(|(&f, &e)| f > 0 && (e == ANY || f == e));
        if !fits {
            self.problems.push(KeyProblem::Shape { key: key.to_owned(), expected: expected.to_vec(), found: found.to_vec() });
        }
        fits.then_some(tensor)
    }

    /// The values of a tensor, or `None` with the problem noted.
    async fn read(&mut self, key: &str, tensor: &torch_file::Tensor) -> Result<Option<Vec<f32>>, NetworkError> {
        match self.read_slices(tensor).await? {
            Ok(values) => Ok(Some(values)),
            Err(Flaw::Unreadable(error)) => Err(NetworkError::Unreadable(error)),
            Err(flaw) => {
                self.problems.push(KeyProblem::Unreadable { key: key.to_owned(), reason: flaw.to_string() });
                Ok(None)
            }
        }
    }

    async fn read_slices(&mut self, tensor: &torch_file::Tensor) -> Result<Result<Vec<f32>, Flaw>, NetworkError> {
        let mut reading = match tensor.reader() {
            Ok(reading) => reading,
            Err(flaw) => return Ok(Err(flaw)),
        };
        loop {
            match reading.read_slice().await {
                Ok(Some(n_bytes)) => self.progress[0] += n_bytes,
                Ok(None) => return Ok(Ok(reading.into_values())),
                Err(flaw) => return Ok(Err(flaw)),
            }
            let [done, total] = self.progress;
            self.pace.step(Stage::Reading, done.min(total), total).await?;
        }
    }
}
