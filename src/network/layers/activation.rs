//! The nonlinear functions between layers, with their derivatives.

use burn::tensor::{Bool, Tensor};

use crate::kernels::{Activation, LEAK};

/// The derivative of an activation at every value.
#[derive(Debug, Clone)]
pub enum Slope<const D: usize> {
    /// The derivative is 1, but 0 (ReLU) or 1/100 (LeakyReLU) where this is true.
    Closed(Tensor<D, Bool>),
    /// The derivative itself.
    Values(Tensor<D>),
}

impl Activation {
    /// The name shown in the list of levels.
    pub fn name(self) -> &'static str {
        match self {
            Self::Relu => "ReLU",
            Self::LeakyRelu => "LeakyReLU",
            Self::Elu => "ELU",
        }
    }

    /// Output of the layer, of the shape of the input, and the derivative.
    pub fn forward<const D: usize>(self, x: Tensor<D>) -> (Tensor<D>, Slope<D>) {
        let closed = || x.clone().lower_equal_scalar(0.0);
        match self {
            Self::Relu => (burn::tensor::activation::relu(x.clone()), Slope::Closed(closed())),
            Self::LeakyRelu => {
                let closed = closed();
                (x.clone().mask_where(closed.clone(), x.mul_scalar(LEAK)), Slope::Closed(closed))
            }
            Self::Elu => {
                let (negative, slope) = exponential_minus_one(x.clone().clamp_max(0.0));
                (x.clamp_min(0.0) + negative, Slope::Values(slope))
            }
        }
    }

    /// Gradient with respect to the input: the gradient times the derivative.
    pub fn input_gradient<const D: usize>(self, gradient: Tensor<D>, slope: &Slope<D>) -> Tensor<D> {
        match (self, slope) {
            (_, Slope::Values(slope)) => gradient * slope.clone(),
            (Self::LeakyRelu, Slope::Closed(closed)) => gradient.clone().mask_where(closed.clone(), gradient.mul_scalar(LEAK)),
            (_, Slope::Closed(closed)) => gradient.mask_fill(closed.clone(), 0.0),
        }
    }
}

/// `eˣ − 1` for x ≤ 0, and eˣ. The difference itself would lose the last digits of small values, so that pooling could no
/// longer distinguish them; with t = tanh(x / 2) it is 2t / (1 − t).
fn exponential_minus_one<const D: usize>(x: Tensor<D>) -> (Tensor<D>, Tensor<D>) {
    let t = x.div_scalar(2.0).tanh();
    let value = t.clone().mul_scalar(2.0) / t.neg().add_scalar(1.0);
    (value.clone(), value.add_scalar(1.0))
}
