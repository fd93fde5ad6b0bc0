//! From a participant's image and a model to a saliency map with its record.

use super::device::OpenDevice;
use super::failure::Ended;
use super::images::{Image, header_of};
use super::message::{DeviceChoice, Explanation, MapReady, MapStatistics, Stage};
use super::model::Model;
use super::progress::Pacer;
use crate::attribution::{self, Method, SaliencyMap};
use crate::export::record::{DeviceRecord, ExplanationRecord, InputRecord, MapRecord, ModelRecord, Record, Software, Timing};
use crate::maps::Task;
use crate::network::Pace;
use crate::volume::transforms::SizeReduction;
use crate::volume::{Affine, Statistics, Volume};

/// A computed map with all that its files and its record need.
pub struct Explained {
    /// What was asked.
    pub explanation: Explanation,
    /// The map, on the grid of the network's input.
    pub map: Volume,
    /// What the page is told of it.
    pub ready: MapReady,
    /// All but the hashes of the files.
    pub record: Record,
    /// Path of the image.
    pub image_path: String,
}

/// Whether the device has computed a map of this model before: the first one also compiles the device's programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warmth {
    /// It has not.
    Cold,
    /// It has.
    Warm,
}

/// Computes the map that `explanation` asks for.
pub async fn explain(
    explanation: Explanation,
    image: &Image,
    model: &Model,
    device: &OpenDevice,
    warmth: Warmth,
    pacer: &Pacer<'_>,
    now_ms: &dyn Fn() -> f64,
) -> Result<Explained, Ended> {
    let mut watch = Watch::new(now_ms, model.read_ms, image.read_ms);
    let transforms = model.maps.config.transforms;
    let transformed = transforms.apply(&image.volume).map_err(|error| Ended::because(error, error.hint()).about(&image.path))?;
    watch.note("transform");
    pacer.step(Stage::Uploading, 0, 1).await?;
    let (input_volume, mut warnings) = (transformed.volume, image.warnings.clone());
    warnings.extend(transformed.warnings.iter().map(ToString::to_string));
    let [depth, height, width] = input_volume.shape();
    let shape = [1, depth, height, width];
    let input = model.network.upload(&shape, input_volume.data()).map_err(|error| Ended::from(error).about(&with_size(image)))?;
    watch.note("upload");
    let Explanation { method, target, convention, .. } = explanation;
    let saliency = attribution::explain(&model.network, &input, method, target, convention, pacer).await?;
    watch.note(if warmth == Warmth::Cold { "first_map" } else { "warm_map" });
    let (map, logits) = into_volume(saliency, *input_volume.world_from_voxel())?;
    let statistics = Statistics::of(map.data());
    warnings.extend(warning_of(&statistics)?);
    let ready = MapReady {
        explanation: explanation.clone(),
        header: header_of(&map),
        channels: 1,
        element_number: 0,
        element_name: String::new(),
        self_check: None,
        probabilities: (model.maps.config.task == Task::Classification).then(|| softmax(&logits)),
        logits,
        statistics: MapStatistics { min: statistics.min, max: statistics.max, mean: statistics.mean },
        milliseconds: watch.total_ms(),
        warnings,
    };
    let record = record(&explanation, image, model, device, &ready, watch.timings);
    Ok(Explained { explanation, map, ready, record, image_path: image.path.clone() })
}

/// The image's path and size, since what the network would get depends on both.
fn with_size(image: &Image) -> String {
    let [i, j, k] = image.volume.shape();
    format!("{} ({i}×{j}×{k} voxels)", image.path)
}

/// Names each stretch of time since the last one.
struct Watch<'a> {
    now_ms: &'a dyn Fn() -> f64,
    started: f64,
    last: f64,
    timings: Vec<Timing>,
}

impl<'a> Watch<'a> {
    fn new(now_ms: &'a dyn Fn() -> f64, read_model_ms: f64, read_input_ms: f64) -> Self {
        let now = now_ms();
        let timing = |stage: &str, milliseconds| Timing { stage: stage.to_owned(), milliseconds };
        Self { now_ms, started: now, last: now, timings: vec![timing("read_model", read_model_ms), timing("read_input", read_input_ms)] }
    }

    fn note(&mut self, stage: &str) {
        let now = (self.now_ms)();
        self.timings.push(Timing { stage: stage.to_owned(), milliseconds: now - self.last });
        self.last = now;
    }

    fn total_ms(&self) -> f64 {
        self.last - self.started
    }
}

fn into_volume(saliency: SaliencyMap, world_from_voxel: Affine) -> Result<(Volume, Vec<f32>), Ended> {
    let &[1, depth, height, width] = saliency.shape.as_slice() else {
        return Err(Ended::because("only maps of one 3D channel can be shown", "choose a network of whole images"));
    };
    let volume = Volume::new([depth, height, width], saliency.values, world_from_voxel);
    let volume = volume.map_err(|error| Ended::because(error, "compute again on the CPU"))?;
    Ok((volume, saliency.logits))
}

/// A map that shows nothing is said to; one with broken values is none.
fn warning_of(statistics: &Statistics) -> Result<Option<String>, Ended> {
    if !statistics.is_finite() {
        let n_broken = statistics.n_nan + statistics.n_infinite;
        let what = format!("{n_broken} of the map's {} values are not finite numbers", statistics.n_values);
        return Err(Ended::because(what, "check the weights of the model, or compute again on the CPU"));
    }
    let nothing = "the map is 0 everywhere: this output does not depend on the image here".to_owned();
    Ok(statistics.is_all_zero().then_some(nothing))
}

/// Class probabilities from logits.
fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = logits.iter().map(|&logit| f64::from(logit - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| (power / sum) as f32).collect()
}

/// The record without the hashes, which are worked out when it is asked for.
fn record(explanation: &Explanation, image: &Image, model: &Model, device: &OpenDevice, ready: &MapReady, timings: Vec<Timing>) -> Record {
    let Explanation { participant, method, target, convention, .. } = explanation.clone();
    let config = &model.maps.config;
    Record {
        software: Software::this(),
        model: ModelRecord {
            maps: model.maps.name.clone(),
            checkpoint: model.checkpoint_path.clone(),
            sha256: String::new(),
            architecture: config.architecture.clone(),
            split: model.split,
            selection: model.selection.clone(),
            epoch: model.epoch,
        },
        input: InputRecord {
            participant_id: participant.participant_id,
            session_id: participant.session_id,
            file: image.path.clone(),
            sha256: String::new(),
            shape: model.network.input_shape().to_vec(),
            normalize: config.transforms.is_normalized(),
            size_reduction: config.transforms.size_reduction.map(SizeReduction::factor),
        },
        explanation: ExplanationRecord {
            method: method.name().to_owned(),
            level: match method {
                Method::Gradients => None,
                Method::GradCam { level } => level,
            },
            target_node: target,
            target_label: model.node_label(target),
            convention,
        },
        device: DeviceRecord {
            kind: if device.info.kind == DeviceChoice::Webgpu { "webgpu" } else { "cpu" }.to_owned(),
            name: device.info.name.clone(),
            max_binding_bytes: device.info.max_binding_bytes,
        },
        logits: ready.logits.clone(),
        map: MapRecord {
            shape: ready.header.shape,
            world_from_voxel: ready.header.world_from_voxel,
            sha256: String::new(),
            min: ready.statistics.min,
            max: ready.statistics.max,
            mean: ready.statistics.mean,
        },
        timings,
        peak_memory_bytes: None,
        warnings: ready.warnings.clone(),
    }
}
