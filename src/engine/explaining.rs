//! From an element of an image and a model to a saliency map.

use std::mem::take;

use super::element_map::{ElementMap, Placement};
use super::failure::Ended;
use super::images::ElementInput;
use super::message::{Explanation, InterpretOptions, Quantity, Stage};
use super::model::Model;
use super::progress::Pacer;
use crate::attribution::{self, Convention, Method, SaliencyMap};
use crate::network::{FeatureMaps, NetworkError, Pace};
use crate::volume::Statistics;

/// What is asked of every element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Gradients or Grad-CAM, with its level.
    pub method: Method,
    /// Output node, from 0.
    pub target: usize,
    /// Exact or corrected arithmetic.
    pub convention: Convention,
    /// The map itself, or what the conventions differ by.
    pub quantity: Quantity,
}

impl Question {
    /// That of a single map.
    pub fn of_explanation(explanation: &Explanation) -> Self {
        let &Explanation { method, target, convention, quantity, .. } = explanation;
        Self { method, target, convention, quantity }
    }

    /// That of a group run.
    pub fn of(options: &InterpretOptions) -> Self {
        let &InterpretOptions { method, target_node, convention, .. } = options;
        Self { method, target: target_node, convention, quantity: Quantity::Map }
    }
}

/// Computes an element's map; `note` hears the name of each stage when it is over. The input's values are let go once the
/// device has them.
///
/// # Errors
/// A cancel, a device that fails, an input that does not fit the network, or a map that holds no finite numbers.
pub async fn map_of(
    input: &mut ElementInput,
    model: &Model,
    question: Question,
    pacer: &Pacer<'_>,
    note: &mut dyn FnMut(&str),
) -> Result<ElementMap, Ended> {
    pacer.step(Stage::Uploading, 0, 1).await?;
    let uploaded = model.network.upload(&input.shape, &take(&mut input.values));
    let uploaded = uploaded.map_err(|error| Ended::from(error).about(&input.in_words()))?;
    note("upload");
    let saliency = answer(&uploaded, model, question, pacer).await?;
    note("map");
    let mut warnings = input.warnings.clone();
    warnings.extend(warning_of(&Statistics::of(&saliency.values))?);
    warnings.extend(single_voxel_warning(model, question.method));
    let placement = Placement { n_channels: saliency.shape.first().copied().unwrap_or(1), ..input.placement.clone() };
    Ok(ElementMap { placement, values: saliency.values, logits: saliency.logits, path: input.path.clone(), warnings })
}

async fn answer(input: &FeatureMaps, model: &Model, question: Question, pacer: &Pacer<'_>) -> Result<SaliencyMap, NetworkError> {
    let Question { method, target, convention, quantity } = question;
    if quantity == Quantity::Map {
        return attribution::explain(&model.network, input, method, target, convention, pacer).await;
    }
    let exact = attribution::explain(&model.network, input, method, target, Convention::Clinicadl161, pacer).await?;
    let corrected = attribution::explain(&model.network, input, method, target, Convention::Corrected, pacer).await?;
    let values = exact.values.iter().zip(&corrected.values).map(|(exact, corrected)| exact - corrected).collect();
    Ok(SaliencyMap { values, ..exact })
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
