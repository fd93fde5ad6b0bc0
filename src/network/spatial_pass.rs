//! Walking the spatial layers: segment by segment, slab by slab.
//!
//! A segment is a convolution with the layers up to the next one. Between the layers of a segment only a slab of rows
//! ever exists, so the full-resolution activations of a network (201 MB for the first convolution of Conv5_FC3 at 1 mm)
//! are never held; what is held between segments is pooled. The same cut keeps every tensor below a device's largest
//! binding and every piece of work short enough for a stop to be noticed.

use std::ops::Range;

use burn::tensor::Tensor;

use super::feature_maps::{FeatureMaps, OverlapAdd, clip, pad_rows, slabs_of};
use super::layers::{Kept, SpatialLayer};
use super::{NetworkError, Pace, WorkLimits, read};
use crate::engine::message::Stage;

/// Consecutive spatial layers and what their forward walk kept.
#[derive(Debug)]
pub struct SpatialPass {
    segments: Vec<Segment>,
    limits: WorkLimits,
}

/// Whether a forward walk will be followed by a backward one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Keep what the gradient needs.
    ForGradient,
    /// Keep nothing.
    Nothing,
}

/// Where a walk stands within the whole job: layers done before it, and layers in all.
#[derive(Debug, Clone, Copy)]
pub struct Position {
    /// Layers done before this walk.
    pub done: u64,
    /// Layers of the job.
    pub total: u64,
}

/// A run of layers of which only the first looks at neighbouring rows.
#[derive(Debug)]
struct Segment {
    layers: Vec<SpatialLayer>,
    /// Shape of the input, then of each layer's output.
    shapes: Vec<[usize; 4]>,
    slabs: Vec<KeptSlab>,
}

/// What one slab of output rows kept, layer by layer.
#[derive(Debug)]
struct KeptSlab {
    output_rows: Range<usize>,
    kept: Vec<Kept>,
}

impl SpatialPass {
    /// For these layers on an input of shape C×D×H×W.
    pub fn new(layers: Vec<SpatialLayer>, input_shape: [usize; 4], limits: WorkLimits) -> Self {
        let mut segments: Vec<Segment> = Vec::new();
        let mut shape = input_shape;
        for layer in layers {
            let output_shape = layer.output_shape(shape);
            let starts_segment = matches!(layer, SpatialLayer::Conv3d(_));
            match segments.last_mut() {
                Some(segment) if !starts_segment => segment.push(layer, output_shape),
                _ => segments.push(Segment::new(layer, shape, output_shape)),
            }
            shape = output_shape;
        }
        segments.iter_mut().for_each(Segment::pool_before_relu);
        Self { segments, limits }
    }

    /// Output of the last layer.
    ///
    /// # Errors
    /// When the pace stops, the device fails, or one row is too large for it.
    pub async fn forward(
        &mut self,
        input: &FeatureMaps,
        keep: Keep,
        position: Position,
        pace: &dyn Pace,
    ) -> Result<FeatureMaps, NetworkError> {
        let mut maps = input.clone();
        let mut done = position.done;
        for segment in &mut self.segments {
            maps = segment.forward(&maps, keep, self.limits, Position { done, ..position }, pace).await?;
            done += segment.layers.len() as u64;
            wait_for(&maps).await?;
        }
        Ok(maps)
    }

    /// Gradient with respect to the input from the gradient with respect to the output of a forward walk that kept.
    ///
    /// # Errors
    /// As [`Self::forward`].
    pub async fn backward(&self, gradient: FeatureMaps, pace: &dyn Pace) -> Result<FeatureMaps, NetworkError> {
        let total = self.segments.iter().map(|segment| segment.layers.len() as u64).sum();
        let mut maps = gradient;
        let mut done = 0;
        for segment in self.segments.iter().rev() {
            maps = segment.backward(&maps, Position { done, total }, pace).await?;
            done += segment.layers.len() as u64;
            wait_for(&maps).await?;
        }
        Ok(maps)
    }
}

impl Segment {
    fn new(layer: SpatialLayer, input_shape: [usize; 4], output_shape: [usize; 4]) -> Self {
        Self { layers: vec![layer], shapes: vec![input_shape, output_shape], slabs: Vec::new() }
    }

    fn push(&mut self, layer: SpatialLayer, output_shape: [usize; 4]) {
        self.layers.push(layer);
        self.shapes.push(output_shape);
    }

    /// Inside a segment nobody sees what lies between ReLU and pooling, and the two commute exactly: the maximum of
    /// rectified values is the rectified maximum, and whatever wins among negative values passes no gradient. Pooling
    /// first leaves an eighth of the values to rectify.
    fn pool_before_relu(&mut self) {
        for index in 1..self.layers.len() {
            if let [SpatialLayer::Relu(_), SpatialLayer::PadMaxPool(_)] = self.layers[index - 1..=index] {
                self.layers.swap(index - 1, index);
                self.shapes[index] = self.shapes[index + 1];
            }
        }
    }

    async fn forward(
        &mut self,
        input: &FeatureMaps,
        keep: Keep,
        limits: WorkLimits,
        position: Position,
        pace: &dyn Pace,
    ) -> Result<FeatureMaps, NetworkError> {
        self.slabs.clear();
        let shape = self.shapes[self.layers.len()];
        let mut output = FeatureMaps::empty(shape);
        for output_rows in slabs_of(0..shape[1], self.rows_at_once(limits)?) {
            let (slab, kept) = self.forward_slab(input, &output_rows);
            output.push(slab);
            let share = self.layers.len() as u64 * output_rows.end as u64 / shape[1] as u64;
            if keep == Keep::ForGradient {
                self.slabs.push(KeptSlab { output_rows, kept });
            }
            pace.step(Stage::Forward, position.done + share, position.total).await?;
        }
        Ok(output)
    }

    fn forward_slab(&self, input: &FeatureMaps, output_rows: &Range<usize>) -> (Tensor<5>, Vec<Kept>) {
        let needed = self.needed_rows(output_rows);
        let mut x = input.rows(needed[0].clone());
        let mut all_kept = Vec::with_capacity(self.layers.len());
        for (index, layer) in self.layers.iter().enumerate() {
            if index > 0 {
                x = pad_rows(x, &needed[index], &clip(&needed[index], self.shapes[index][1]));
            }
            let (output, kept) = layer.forward(x);
            x = output;
            all_kept.push(kept);
        }
        (x, all_kept)
    }

    async fn backward(&self, gradient: &FeatureMaps, position: Position, pace: &dyn Pace) -> Result<FeatureMaps, NetworkError> {
        let depth = self.shapes[0][1];
        let mut sum = OverlapAdd::new(self.shapes[0]);
        for (index, slab) in self.slabs.iter().enumerate() {
            let rows = slab.output_rows.start as isize..slab.output_rows.end as isize;
            let contribution = self.backward_slab(gradient.rows(rows), slab);
            let next = self.slabs.get(index + 1).map(|next| self.needed_rows(&next.output_rows)[0].start.max(0) as usize);
            sum.add(contribution, self.needed_rows(&slab.output_rows)[0].clone(), next.unwrap_or(depth));
            let share = self.layers.len() * (index + 1) / self.slabs.len();
            pace.step(Stage::Backward, position.done + share as u64, position.total).await?;
        }
        Ok(sum.finish())
    }

    fn backward_slab(&self, mut gradient: Tensor<5>, slab: &KeptSlab) -> Tensor<5> {
        let needed = self.needed_rows(&slab.output_rows);
        for (index, layer) in self.layers.iter().enumerate().rev() {
            gradient = layer.input_gradient(gradient, &slab.kept[index], self.shapes[index]);
            if index > 0 {
                let inside = clip(&needed[index], self.shapes[index][1]);
                let skipped = inside.start as isize - needed[index].start;
                gradient = gradient.narrow(2, skipped as usize, inside.len());
            }
        }
        gradient
    }

    /// For each layer the rows of its input on which these output rows depend, zero padding included.
    fn needed_rows(&self, output_rows: &Range<usize>) -> Vec<Range<isize>> {
        let mut rows = output_rows.start as isize..output_rows.end as isize;
        let mut needed = Vec::with_capacity(self.layers.len());
        for (layer, &shape) in self.layers.iter().zip(&self.shapes).rev() {
            let input_rows = layer.input_rows(rows, shape);
            let inside = clip(&input_rows, shape[1]);
            rows = inside.start as isize..inside.end as isize;
            needed.push(input_rows);
        }
        needed.reverse();
        needed
    }

    /// The most output rows whose computation keeps within the limits. One row is always allowed as work, not as bytes.
    fn rows_at_once(&self, limits: WorkLimits) -> Result<usize, NetworkError> {
        let depth = self.shapes[self.layers.len()][1];
        let fits = |n_rows: usize| self.largest_bytes(n_rows) <= limits.max_tensor_bytes;
        if !fits(1) {
            return Err(NetworkError::TooLargeForDevice { needed: self.largest_bytes(1), limit: limits.max_tensor_bytes });
        }
        let quick = |n_rows: usize| self.work(n_rows) <= limits.max_work;
        Ok((2..=depth).take_while(|&n_rows| fits(n_rows) && quick(n_rows)).last().unwrap_or(1))
    }

    /// Bytes of the largest tensor while `n_rows` output rows are computed.
    fn largest_bytes(&self, n_rows: usize) -> u64 {
        let values = |rows: usize, [channels, _, height, width]: [usize; 4]| rows * channels * (height + 1) * (width + 1);
        let inputs = self.needed_rows(&(0..n_rows));
        let largest_input = inputs.iter().zip(&self.shapes).map(|(rows, &shape)| values(rows.len(), shape)).max();
        let output = values(n_rows, self.shapes[self.layers.len()]);
        (largest_input.unwrap_or(0).max(output) * size_of::<f32>()) as u64
    }

    /// Multiplications and additions for `n_rows` output rows.
    fn work(&self, n_rows: usize) -> u64 {
        let needed = self.needed_rows(&(0..n_rows));
        let outputs = needed.iter().skip(1).map(ExactSizeIterator::len).chain([n_rows]);
        self.layers.iter().zip(&self.shapes[1..]).zip(outputs).map(|((layer, &shape), rows)| layer.work(shape, rows)).sum()
    }
}

/// Waits until the device has caught up, by reading one value, so that progress is true and a stop comes in time.
async fn wait_for(maps: &FeatureMaps) -> Result<(), NetworkError> {
    if let Some(slab) = maps.slabs().last() {
        read(slab.clone().slice([0..1, 0..1, 0..1, 0..1, 0..1])).await?;
    }
    Ok(())
}
