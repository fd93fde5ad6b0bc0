//! Batch normalisation in evaluation mode.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

/// torch's default for the constant added to the variance; ClinicaDL keeps it.
const EPSILON: f64 = 1e-5;

/// `y = (x − mean) / √(variance + 1e-5) · weight + bias` per channel, with the running statistics of the checkpoint,
/// as one multiplication and one addition.
#[derive(Debug, Clone)]
pub struct BatchNorm {
    scale: PerChannel,
    shift: PerChannel,
    /// Scale and shift of each channel before they were rounded.
    precise: Arc<[[f64; 2]]>,
}

/// One value per channel, here and as 1×C×1×1×1 on the device.
#[derive(Debug, Clone)]
struct PerChannel {
    values: Arc<[f32]>,
    tensor: Tensor<5>,
}

/// The four vectors of a checkpoint, one value per channel.
#[derive(Debug, Clone)]
pub struct BatchNormParameters {
    /// γ.
    pub weight: Vec<f32>,
    /// β.
    pub bias: Vec<f32>,
    /// Running mean.
    pub mean: Vec<f32>,
    /// Running (unbiased) variance.
    pub variance: Vec<f32>,
}

impl BatchNorm {
    /// Scale and shift are worked out in float64 and rounded once.
    pub fn new(parameters: &BatchNormParameters, device: &Device) -> Self {
        let BatchNormParameters { weight, bias, mean, variance } = parameters;
        let scales: Vec<f64> = weight.iter().zip(variance).map(|(&w, &v)| f64::from(w) / (f64::from(v) + EPSILON).sqrt()).collect();
        let shift = |((&b, &m), &scale): ((&f32, &f32), &f64)| f64::from(b) - f64::from(m) * scale;
        let precise: Arc<[[f64; 2]]> = bias.iter().zip(mean).zip(&scales).map(|parameters| [*parameters.1, shift(parameters)]).collect();
        let rounded = |which: usize| PerChannel::new(precise.iter().map(|values| values[which] as f32).collect(), device);
        Self { scale: rounded(0), shift: rounded(1), precise }
    }

    /// The factor of each channel.
    pub fn scale(&self) -> &[f32] {
        &self.scale.values
    }

    /// The summand of each channel, which is added after the multiplication.
    pub fn shift(&self) -> &[f32] {
        &self.shift.values
    }

    /// Factor and summand of a channel before they were rounded.
    pub fn precise(&self, channel: usize) -> [f64; 2] {
        self.precise[channel]
    }

    /// Output of the layer, of the shape of the input.
    pub fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        x * self.scale.tensor.clone() + self.shift.tensor.clone()
    }

    /// Gradient with respect to the input: the statistics are constants at evaluation, so the gradient is only scaled.
    pub fn input_gradient(&self, gradient: Tensor<5>) -> Tensor<5> {
        gradient * self.scale.tensor.clone()
    }

    /// Number of weights and biases; running statistics are no parameters, as in torch.
    pub fn n_parameters(&self) -> u64 {
        2 * self.scale.values.len() as u64
    }
}

impl PerChannel {
    fn new(values: Vec<f32>, device: &Device) -> Self {
        let tensor = Tensor::from_data(TensorData::new(values.clone(), [1, values.len(), 1, 1, 1]), device);
        Self { values: values.into(), tensor }
    }
}
