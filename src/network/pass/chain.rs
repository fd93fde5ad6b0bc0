//! Row layers one after the other, between which only a slab of rows ever exists.

use std::ops::Range;

use burn::tensor::Tensor;

use crate::kernels::Activation;
use crate::network::error::NetworkError;
use crate::network::feature_maps::{clip, pad_rows};
use crate::network::layers::{Kept, RowLayer};
use crate::network::work_limits::WorkLimits;

/// Consecutive row layers; an empty chain is the identity.
#[derive(Debug)]
pub struct Chain {
    layers: Vec<RowLayer>,
    /// Shape of the input, then of each layer's output.
    shapes: Vec<[usize; 4]>,
}

impl Chain {
    /// A chain of these layers on an input of shape C×D×H×W.
    pub fn new(layers: Vec<RowLayer>, input_shape: [usize; 4]) -> Self {
        let mut chain = Self { layers: Vec::new(), shapes: vec![input_shape] };
        for layer in layers {
            chain.push(layer);
        }
        chain
    }

    /// Adds a layer at the end.
    ///
    /// The values between ReLU and pooling are not needed, and the two commute exactly: the maximum of rectified values is the
    /// rectified maximum, and whatever wins among negative values passes no gradient. Pooling first leaves an eighth of
    /// the values to rectify. Of the other functions this does not hold: a padded zero beats negative values.
    pub fn push(&mut self, layer: RowLayer) {
        let is_pool = matches!(layer, RowLayer::PadMaxPool(_) | RowLayer::MaxPool(_));
        let after_relu = matches!(self.layers.last(), Some(RowLayer::Activation(Activation::Relu)));
        let input_shape = self.output_shape();
        let output_shape = layer.output_shape(input_shape);
        if is_pool && after_relu {
            self.layers.insert(self.layers.len() - 1, layer);
        } else {
            self.layers.push(layer);
        }
        self.shapes.push(output_shape);
        if is_pool && after_relu {
            let last = self.shapes.len() - 1;
            self.shapes[last - 1] = output_shape;
        }
    }

    /// The layers, in the order in which they are computed.
    pub fn layers(&self) -> &[RowLayer] {
        &self.layers
    }

    /// Whether pooling begins with a row of zeros, the first axis being odd.
    pub fn pads_rows_in_front(&self) -> bool {
        self.layers.iter().zip(&self.shapes).any(|(layer, shape)| matches!(layer, RowLayer::PadMaxPool(_)) && shape[1] % 2 == 1)
    }

    /// Number of layers.
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Shape C×D×H×W of the input.
    pub fn input_shape(&self) -> [usize; 4] {
        self.shapes[0]
    }

    /// Shape C×D×H×W of the output.
    pub fn output_shape(&self) -> [usize; 4] {
        self.shapes[self.layers.len()]
    }

    /// The rows of the input on which these output rows depend, padding included.
    pub fn input_rows(&self, output_rows: &Range<usize>) -> Range<isize> {
        self.needed_rows(output_rows)[0].clone()
    }

    /// The value of the padding around the first layer's input.
    pub fn outside(&self) -> f32 {
        self.layers.first().map_or(0.0, RowLayer::outside)
    }

    /// Output rows from [`Self::input_rows`], and the values that each layer kept.
    pub fn forward(&self, mut x: Tensor<5>, output_rows: &Range<usize>) -> (Tensor<5>, Vec<Kept>) {
        let needed = self.needed_rows(output_rows);
        let mut all_kept = Vec::with_capacity(self.layers.len());
        for (index, layer) in self.layers.iter().enumerate() {
            if index > 0 {
                x = pad_rows(x, &needed[index], &clip(&needed[index], self.shapes[index][1]), layer.outside());
            }
            let (output, kept) = layer.forward(x);
            x = output;
            all_kept.push(kept);
        }
        (x, all_kept)
    }

    /// Gradient with respect to [`Self::input_rows`].
    pub fn backward(&self, mut gradient: Tensor<5>, kept: &[Kept], output_rows: &Range<usize>) -> Tensor<5> {
        let needed = self.needed_rows(output_rows);
        for (index, layer) in self.layers.iter().enumerate().rev() {
            gradient = layer.input_gradient(gradient, &kept[index], self.shapes[index]);
            if index > 0 {
                let inside = clip(&needed[index], self.shapes[index][1]);
                let skipped = inside.start as isize - needed[index].start;
                gradient = gradient.narrow(2, skipped as usize, inside.len());
            }
        }
        gradient
    }

    /// Bytes of the largest tensor while `n_rows` output rows are computed.
    pub fn largest_bytes(&self, n_rows: usize) -> u64 {
        let needed = self.needed_rows(&self.somewhere(n_rows));
        let inputs = self.layers.iter().zip(&self.shapes).zip(&needed);
        let largest_input = inputs.map(|((layer, &shape), rows)| rows.len() * shape[0] * layer.plane(shape)).max();
        let [channels, _, height, width] = self.output_shape();
        let output = n_rows * channels * height * width;
        (largest_input.unwrap_or(0).max(output) * size_of::<f32>()) as u64
    }

    /// Bytes of the values that all layers keep for all rows.
    pub fn kept_bytes(&self, limits: WorkLimits) -> u64 {
        self.layers.iter().zip(&self.shapes).map(|(layer, &shape)| layer.kept_bytes(shape, limits.truth_value_bytes)).sum()
    }

    /// Number of multiplications and additions for `n_rows` output rows.
    pub fn work(&self, n_rows: usize) -> u64 {
        let needed = self.needed_rows(&self.somewhere(n_rows));
        let outputs = needed.iter().skip(1).map(ExactSizeIterator::len);
        self.layers.iter().zip(&self.shapes[1..]).zip(outputs).map(|((layer, &shape), rows)| layer.work(shape, rows)).sum()
    }

    /// Most input rows that `n_rows` output rows depend on, without padding.
    pub fn n_input_rows(&self, n_rows: usize) -> usize {
        clip(&self.input_rows(&self.somewhere(n_rows)), self.input_shape()[1]).len()
    }

    /// For each layer the rows of its input, padding included, on which these output rows depend; then the rows themselves.
    fn needed_rows(&self, output_rows: &Range<usize>) -> Vec<Range<isize>> {
        let mut rows = output_rows.start as isize..output_rows.end as isize;
        let mut needed = vec![rows.clone()];
        for (layer, &shape) in self.layers.iter().zip(&self.shapes).rev() {
            let input_rows = layer.input_rows(rows, shape);
            let inside = clip(&input_rows, shape[1]);
            rows = inside.start as isize..inside.end as isize;
            needed.push(input_rows);
        }
        needed.reverse();
        needed
    }

    /// Rows in the middle, where a slab has neighbours on either side.
    fn somewhere(&self, n_rows: usize) -> Range<usize> {
        let start = self.output_shape()[1].saturating_sub(n_rows) / 2;
        start..start + n_rows
    }
}

/// Most of `n_rows` that keep within the limits at once, `bytes` and `work` being functions of the number of rows. The work of one row is
/// always allowed, its bytes are not.
///
/// # Errors
/// [`NetworkError::TooLargeForDevice`] if one row is too large.
pub fn rows_at_once(
    n_rows: usize,
    limits: WorkLimits,
    bytes: impl Fn(usize) -> u64,
    work: impl Fn(usize) -> u64,
) -> Result<usize, NetworkError> {
    if bytes(1) > limits.max_tensor_bytes {
        return Err(NetworkError::TooLargeForDevice { needed: bytes(1), limit: limits.max_tensor_bytes });
    }
    let fits = |&n: &usize| bytes(n) <= limits.max_tensor_bytes && work(n) <= limits.max_work;
    Ok((2..=n_rows).take_while(fits).last().unwrap_or(1))
}
