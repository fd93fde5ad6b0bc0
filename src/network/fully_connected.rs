//! The part of a network that works on a vector.

use burn::tensor::Tensor;

use super::layers::{Linear, Slope};
use crate::kernels::Activation;

/// Fully connected layers with an activation between each two.
#[derive(Debug, Clone)]
pub struct FullyConnected {
    /// The layers, the first one first.
    pub layers: Vec<Linear>,
    /// The activation between each two layers; there is none after the last.
    pub activation: Option<Activation>,
}

impl FullyConnected {
    /// Number of outputs of the last layer.
    pub fn n_outputs(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.features()[1])
    }

    /// Number of weights and biases.
    pub fn n_parameters(&self) -> u64 {
        self.layers.iter().map(Linear::n_parameters).sum()
    }

    /// Whether the weights of a layer had to be cut into pieces, so that the device can bind each.
    pub fn is_cut(&self) -> bool {
        self.layers.iter().any(Linear::is_cut)
    }

    /// Output of the last layer, and the slopes of the activations.
    pub fn forward(&self, mut x: Tensor<1>) -> (Tensor<1>, Vec<Slope<1>>) {
        let mut slopes = Vec::new();
        for (index, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x);
            if let Some(activation) = self.activation.filter(|_| index + 1 < self.layers.len()) {
                let (output, slope) = activation.forward(x);
                x = output;
                slopes.push(slope);
            }
        }
        (x, slopes)
    }

    /// Gradient with respect to the input, from the gradient with respect to the last layer's output and [`Self::forward`]'s slopes.
    pub fn input_gradient(&self, mut gradient: Tensor<1>, slopes: &[Slope<1>]) -> Tensor<1> {
        for (index, layer) in self.layers.iter().enumerate().rev() {
            if let (Some(activation), Some(slope)) = (self.activation, slopes.get(index)) {
                gradient = activation.input_gradient(gradient, slope);
            }
            gradient = layer.input_gradient(gradient);
        }
        gradient
    }
}
