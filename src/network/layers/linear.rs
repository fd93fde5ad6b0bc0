//! Fully connected layer.

use burn::tensor::{Device, Tensor, TensorData};

use crate::network::feature_maps::slabs_of;

/// `y = W·x + b` (torch `Linear`), W of `out × in` in pieces of whole output rows, so that no piece exceeds a device's
/// largest binding: the first such layer of Conv5_FC3 at full resolution has 168 MB of weights.
#[derive(Debug, Clone)]
pub struct Linear {
    /// Consecutive rows of W, each `n × in`.
    weight: Vec<Tensor<2>>,
    bias: Tensor<1>,
    n_in: usize,
    n_out: usize,
}

impl Linear {
    /// `weight` holds `out·in` values in C order; pieces have at most `max_rows` rows.
    pub fn new(features: [usize; 2], weight: Vec<f32>, bias: Vec<f32>, max_rows: usize, device: &Device) -> Self {
        let [n_out, n_in] = features;
        let whole = |values: Vec<f32>, n_rows: usize| Tensor::from_data(TensorData::new(values, [n_rows, n_in]), device);
        let weight = match max_rows >= n_out {
            true => vec![whole(weight, n_out)],
            false => {
                slabs_of(0..n_out, max_rows).map(|rows| whole(weight[rows.start * n_in..rows.end * n_in].to_vec(), rows.len())).collect()
            }
        };
        Self { weight, bias: Tensor::from_data(TensorData::new(bias, [n_out]), device), n_in, n_out }
    }

    /// Number of inputs and outputs.
    pub fn features(&self) -> [usize; 2] {
        [self.n_in, self.n_out]
    }

    /// Whether the weights had to be cut into pieces.
    pub fn is_cut(&self) -> bool {
        self.weight.len() > 1
    }

    /// `out` values from `in`.
    pub fn forward(&self, x: Tensor<1>) -> Tensor<1> {
        let column = x.reshape([self.n_in, 1]);
        let pieces = self.weight.iter().map(|rows| rows.clone().matmul(column.clone()));
        Tensor::cat(pieces.collect(), 0).reshape([self.n_out]) + self.bias.clone()
    }

    /// `Wᵀ·g`: `in` values from `out`.
    pub fn input_gradient(&self, gradient: Tensor<1>) -> Tensor<1> {
        let mut start = 0;
        let pieces = self.weight.iter().map(|rows| {
            let n_rows = rows.dims()[0];
            let row = gradient.clone().narrow(0, start, n_rows).reshape([1, n_rows]);
            start += n_rows;
            row.matmul(rows.clone())
        });
        let sum = pieces.reduce(|sum, piece| sum + piece);
        sum.unwrap_or_else(|| Tensor::zeros([1, self.n_in], &gradient.device())).reshape([self.n_in])
    }

    /// Weights and biases.
    pub fn n_parameters(&self) -> u64 {
        ((self.n_in + 1) * self.n_out) as u64
    }
}
