//! From an element on the device and a model to its saliency map, checked, with what the user should know of it.

use std::rc::Rc;

use super::subject::Subject;
use crate::engine::failure::JobEnd;
use crate::engine::progress::Pacer;
use crate::engine::study::images::Origin;
use crate::engine::study::model::Model;
use crate::engine::study::placement::Placement;
use crate::protocol::{Method, Question};
use crate::volume::Statistics;

/// A map on the grid of the network's input.
#[derive(Debug, Clone, PartialEq)]
pub struct ElementMap {
    /// Grid and place of the map.
    pub placement: Placement,
    /// Channels slowest, last axis fastest; shared with the message that takes them to the page.
    pub values: Rc<Vec<f32>>,
    /// Statistics of all values.
    pub statistics: Statistics,
    /// Raw outputs of the network's last layer.
    pub logits: Vec<f32>,
    /// Path of the image it was computed from.
    pub path: String,
    /// Things the user should know.
    pub warnings: Vec<String>,
}

impl ElementMap {
    /// The values of one channel, last axis fastest; `None` where there is no such channel.
    pub fn channel(&self, channel: usize) -> Option<&[f32]> {
        let n_voxels = self.values.len() / self.placement.n_channels.max(1);
        self.values.chunks(n_voxels.max(1)).nth(channel)
    }
}

/// Computes an element's map.
///
/// # Errors
/// A cancel, a device that fails, or a map that holds no finite numbers.
pub async fn map_of(subject: &mut Subject, model: &Model, question: Question, pacer: &Pacer<'_>) -> Result<ElementMap, JobEnd> {
    let saliency = subject.saliency(&model.network, question, pacer).await?;
    let Origin { placement, path, warnings, .. } = subject.origin.clone();
    let placement = Placement { n_channels: saliency.shape.first().copied().unwrap_or(1), ..placement };
    let statistics = Statistics::of(&saliency.values);
    let mut map = ElementMap { placement, values: Rc::new(saliency.values), statistics, logits: saliency.logits, path, warnings };
    map.warnings.extend(warning_of(&statistics)?);
    map.warnings.extend(single_voxel_warning(model, question.method));
    Ok(map)
}

/// Grad-CAM on feature maps of one voxel is the same everywhere: the default level of resnet18, whose average pooling is
/// part of its convolutions.
fn single_voxel_warning(model: &Model, method: Method) -> Option<String> {
    let Method::GradCam { level } = method else { return None };
    let levels = model.network.levels();
    let n_voxels = |level: usize| levels[level - 1].shape.iter().skip(1).product::<usize>();
    let level = level.unwrap_or(levels.len()).min(levels.len());
    let better = (1..level).rev().find(|&level| n_voxels(level) > 1)?;
    (n_voxels(level) == 1).then(|| {
        format!(
            "the map is the same everywhere: the feature maps of level {level} have a single voxel; choose level {better} or an earlier one"
        )
    })
}

/// The warning for a map that is 0 everywhere or constant.
///
/// # Errors
/// If any value is not a finite number: such a map is not shown.
fn warning_of(statistics: &Statistics) -> Result<Option<String>, JobEnd> {
    if !statistics.is_finite() {
        let n_broken = statistics.n_nan + statistics.n_infinite;
        let what = format!("{n_broken} of the map's {} values are not finite numbers", statistics.n_values);
        return Err(JobEnd::because(what, "check the weights of the model, or compute again on the CPU"));
    }
    if statistics.is_all_zero() {
        return Ok(Some("the map is 0 everywhere: this output does not depend on the image here".to_owned()));
    }
    let is_constant = statistics.n_values > 1 && statistics.min == statistics.max;
    let pooled = "the map has one value everywhere: the feature maps of this level are a single voxel, choose a smaller level".to_owned();
    Ok(is_constant.then_some(pooled))
}
