//! The progress of one walk over the layers, and the chance to stop it.

use std::ops::Range;

use burn::tensor::Tensor;

use super::error::NetworkError;
use super::feature_maps::FeatureMaps;
use crate::pace::{Pace, Stage};

/// Reports after every piece of work how many of a walk's layers are done.
#[derive(Clone, Copy)]
pub struct WalkProgress<'a> {
    pace: &'a dyn Pace,
    stage: Stage,
    /// Layers that were done before those at hand.
    done: u64,
    /// Layers of the whole walk.
    total: u64,
}

impl<'a> WalkProgress<'a> {
    /// The progress of a walk over `total` layers, none of which is done.
    pub fn new(pace: &'a dyn Pace, stage: Stage, total: u64) -> Self {
        Self { pace, stage, done: 0, total }
    }

    /// The progress of the same walk when `layers` more are done.
    pub fn after(self, layers: u64) -> Self {
        Self { done: self.done + layers, ..self }
    }

    /// Reports that `layers` of those at hand are done.
    ///
    /// # Errors
    /// [`NetworkError::Stopped`] when the pace stops the walk.
    pub async fn step(&self, layers: u64) -> Result<(), NetworkError> {
        Ok(self.pace.step(self.stage, self.done + layers, self.total).await?)
    }

    /// Applies a function to each slab and the rows that it holds; a stop is noticed after each slab.
    ///
    /// # Errors
    /// [`NetworkError::Stopped`] when the pace stops the walk.
    pub async fn map(&self, maps: &FeatureMaps, f: impl Fn(Range<isize>, Tensor<5>) -> Tensor<5>) -> Result<FeatureMaps, NetworkError> {
        let mut output = FeatureMaps::empty(maps.shape());
        for (rows, slab) in maps.slabs_with_rows() {
            output.push(f(rows, slab.clone()));
            self.step(0).await?;
        }
        Ok(output)
    }

    /// Sum of a function over all voxels of each channel, 1×C×1×1×1; a stop is noticed after each slab. Axes are summed one
    /// after the other, so that no long row of small numbers is added to a large one.
    ///
    /// # Errors
    /// [`NetworkError::Stopped`] when the pace stops the walk.
    pub async fn sum(&self, maps: &FeatureMaps, f: impl Fn(Range<isize>, Tensor<5>) -> Tensor<5>) -> Result<Tensor<5>, NetworkError> {
        let mut sum: Option<Tensor<5>> = None;
        for (rows, slab) in maps.slabs_with_rows() {
            let of_slab = f(rows, slab.clone()).sum_dim(4).sum_dim(3).sum_dim(2);
            sum = Some(sum.map_or_else(|| of_slab.clone(), |sum| sum + of_slab.clone()));
            self.step(0).await?;
        }
        Ok(sum.expect("feature maps have at least one row"))
    }
}
