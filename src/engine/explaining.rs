//! From an element on the device and a model to a saliency map that is checked, with what the user should know of it.

use std::rc::Rc;

use super::element_map::{ElementMap, Placement};
use super::failure::Ended;
use super::images::Origin;
use super::model::Model;
use super::progress::Pacer;
use super::subject::Subject;
use crate::protocol::{Method, Question};
use crate::volume::Statistics;

/// Computes an element's map.
///
/// # Errors
/// A cancel, a device that fails, or a map that holds no finite numbers.
pub async fn map_of(subject: &mut Subject, model: &Model, question: Question, pacer: &Pacer<'_>) -> Result<ElementMap, Ended> {
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

/// A map that shows nothing is said to; one with broken values is none.
fn warning_of(statistics: &Statistics) -> Result<Option<String>, Ended> {
    if !statistics.is_finite() {
        let n_broken = statistics.n_nan + statistics.n_infinite;
        let what = format!("{n_broken} of the map's {} values are not finite numbers", statistics.n_values);
        return Err(Ended::because(what, "check the weights of the model, or compute again on the CPU"));
    }
    if statistics.is_all_zero() {
        return Ok(Some("the map is 0 everywhere: this output does not depend on the image here".to_owned()));
    }
    let is_constant = statistics.n_values > 1 && statistics.min == statistics.max;
    let pooled = "the map has one value everywhere: the feature maps of this level are a single voxel, choose a smaller level".to_owned();
    Ok(is_constant.then_some(pooled))
}

/// Class probabilities from logits.
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = logits.iter().map(|&logit| f64::from(logit - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| (power / sum) as f32).collect()
}
