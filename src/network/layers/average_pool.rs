//! Average over the whole image.

use burn::tensor::Tensor;

use crate::network::error::NetworkError;
use crate::network::feature_maps::{FeatureMaps, slabs_of};
use crate::network::progress::WalkProgress;
use crate::network::work_limits::WorkLimits;

/// The mean of each channel over all voxels, C×1×1×1.
#[derive(Debug, Clone, Copy)]
pub struct AveragePool;

impl AveragePool {
    /// Output of the layer: one voxel per channel.
    pub async fn forward(&self, x: &FeatureMaps, progress: &WalkProgress<'_>) -> Result<FeatureMaps, NetworkError> {
        let [channels, d, h, w] = x.shape();
        let mut output = FeatureMaps::empty([channels, 1, 1, 1]);
        output.push(progress.sum(x, |_, x| x).await?.div_scalar((d * h * w) as f32));
        Ok(output)
    }

    /// Gradient with respect to an input of this shape: the same share for every voxel.
    ///
    /// # Errors
    /// [`NetworkError::TooLargeForDevice`] if one row of the input is.
    pub fn input_gradient(&self, gradient: &FeatureMaps, input: [usize; 4], limits: WorkLimits) -> Result<FeatureMaps, NetworkError> {
        let [channels, d, h, w] = input;
        let share = gradient.rows(0..1, 0.0).div_scalar((d * h * w) as f32);
        let mut output = FeatureMaps::empty(input);
        for rows in slabs_of(0..d, limits.rows_of(input)?) {
            output.push(Tensor::zeros([1, channels, rows.len(), h, w], &share.device()) + share.clone());
        }
        Ok(output)
    }
}
