//! Fully connected layer.

use burn::tensor::{Device, Tensor, TensorData};

use crate::kernels::cpu::matrix::{add_row_times, times_column};
use crate::network::host_values::HostValues;
use crate::network::work_limits::KernelChoice;

/// `y = W·x + b` (torch `Linear`), W of `out × in` in pieces of whole output rows, so that no piece exceeds a device's
/// largest binding: the first such layer of Conv5_FC3 at full resolution has 168 MB of weights.
#[derive(Debug, Clone)]
pub struct Linear {
    /// Consecutive rows of W, each `n × in`.
    weight: Vec<Tensor<2>>,
    bias: Tensor<1>,
    n_in: usize,
    n_out: usize,
    /// Whether kernels of our own compute the layer: the weights are in this program's memory.
    on_cpu: bool,
}

impl Linear {
    /// A layer from consecutive rows of W, each piece `n × in`, and one bias for every row.
    pub fn of_pieces(weight: Vec<Tensor<2>>, bias: Vec<f32>, device: &Device, kernels: KernelChoice) -> Self {
        let (n_in, n_out) = (weight.first().map_or(0, |rows| rows.dims()[1]), bias.len());
        let on_cpu = kernels == KernelChoice::Fused && HostValues::are_of(device);
        Self { weight, bias: Tensor::from_data(TensorData::new(bias, [n_out]), device), n_in, n_out, on_cpu }
    }

    /// Numbers of inputs and outputs.
    pub fn features(&self) -> [usize; 2] {
        [self.n_in, self.n_out]
    }

    /// Whether the weights had to be cut into pieces.
    pub fn is_cut(&self) -> bool {
        self.weight.len() > 1
    }

    /// Output of the layer: `out` values from `in`.
    pub fn forward(&self, x: Tensor<1>) -> Tensor<1> {
        if self.on_cpu {
            return self.forward_here(&x);
        }
        let column = x.reshape([self.n_in, 1]);
        let pieces = self.weight.iter().map(|rows| rows.clone().matmul(column.clone()));
        Tensor::cat(pieces.collect(), 0).reshape([self.n_out]) + self.bias.clone()
    }

    /// Gradient with respect to the input, `Wᵀ·g`: `in` values from `out`.
    pub fn input_gradient(&self, gradient: Tensor<1>) -> Tensor<1> {
        if self.on_cpu {
            return self.input_gradient_here(&gradient);
        }
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

    fn forward_here(&self, x: &Tensor<1>) -> Tensor<1> {
        let (values, mut output) = (HostValues::of(x), vec![0.0; self.n_out]);
        let mut rest = &mut output[..];
        for rows in &self.weight {
            let (rows, weight) = (rest.split_off_mut(..rows.dims()[0]).expect("an output for each row"), HostValues::of(rows));
            times_column(weight.as_slice(), values.as_slice(), rows);
        }
        HostValues::into_tensor(output, [self.n_out], &x.device()) + self.bias.clone()
    }

    fn input_gradient_here(&self, gradient: &Tensor<1>) -> Tensor<1> {
        let (values, mut output) = (HostValues::of(gradient), vec![0.0; self.n_in]);
        let mut rest = values.as_slice();
        for rows in &self.weight {
            let (of_rows, after) = rest.split_at(rows.dims()[0]);
            add_row_times(HostValues::of(rows).as_slice(), of_rows, &mut output);
            rest = after;
        }
        HostValues::into_tensor(output, [self.n_in], &gradient.device())
    }

    /// Number of weights and biases.
    pub fn n_parameters(&self) -> u64 {
        ((self.n_in + 1) * self.n_out) as u64
    }
}
