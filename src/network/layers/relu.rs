//! The rectifier.

use burn::tensor::{Bool, Tensor};

use super::Kept;

/// `max(x, 0)`; the gradient passes where x > 0 (torch gives 0 at x = 0).
#[derive(Debug, Clone, Copy)]
pub struct Relu;

impl Relu {
    /// Same shape as the input; keeps where it was open.
    pub fn forward(&self, x: Tensor<5>) -> (Tensor<5>, Kept) {
        let open = x.clone().greater_scalar(0.0);
        (burn::tensor::activation::relu(x), Kept::Open(Box::new(open)))
    }

    /// The gradient where the rectifier was open, else 0.
    pub fn input_gradient(&self, gradient: Tensor<5>, open: &Tensor<5, Bool>) -> Tensor<5> {
        gradient.mask_fill(open.clone().bool_not(), 0.0)
    }
}
