//! One map that the page asked for, with its summary for the page, its record and its files.

use std::cell::OnceCell;
use std::rc::Rc;

use super::element_map::{ElementMap, map_of};
use super::subject::{Preparation, Subject};
use crate::engine::failure::JobEnd;
use crate::engine::progress::Pacer;
use crate::engine::study::device::OpenDevice;
use crate::engine::study::images::Origin;
use crate::engine::study::model::{CheckpointFile, Model};
use crate::export::record::{ExplanationRecord, InputRecord, MapRecord, Record, Software, Timing};
use crate::export::{file_names, values_sha256_hex};
use crate::maps::Task;
use crate::protocol::{
    Explanation, ExportKind, MapIdentity, MapReady, MapStatistics, Method, NiftiForm, ParticipantKey, Question, SelfCheck, VolumeHeader,
};
use crate::volume::Grid;
use crate::volume::transforms::SizeReduction;

/// A computed map with all that its files and its record need.
pub struct SingleMap {
    /// The request that it answers.
    pub explanation: Explanation,
    /// The map.
    pub map: ElementMap,
    /// The summary that goes to the page.
    pub ready: MapReady,
    /// The provenance record, with the hashes of files left empty.
    pub record: Record,
    /// The file of the network: by the time the record is saved, another may be in use.
    pub checkpoint: Rc<CheckpointFile>,
    mode: String,
    /// SHA-256 of the map's values, once it has been asked for.
    sha256: OnceCell<String>,
}

/// Whether the device has computed a map of this model before: the first one also compiles the device's programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warmth {
    /// The device has computed none.
    Cold,
    /// The device has computed one.
    Warm,
}

/// Computes the map that `explanation` asks for.
pub async fn explain(
    explanation: Explanation,
    subject: &mut Subject,
    model: &Model,
    device: &OpenDevice,
    warmth: Warmth,
    pacer: &Pacer<'_>,
) -> Result<SingleMap, JobEnd> {
    let stage = match warmth {
        Warmth::Cold => "first_map",
        Warmth::Warm if subject.has_pass() => "next_map",
        Warmth::Warm => "warm_map",
    };
    let started = pacer.now_ms();
    let map = map_of(subject, model, Question::of_explanation(&explanation), pacer).await?;
    let map_ms = pacer.now_ms() - started;
    let preparation = subject.preparation.take();
    let statistics = map.statistics;
    let Grid { shape, world_from_voxel } = map.placement.grid();
    let is_classification = model.maps.config.task == Task::Classification;
    let probabilities = is_classification.then(|| softmax(&map.logits));
    let ready = MapReady {
        explanation: explanation.clone(),
        checkpoint: model.key(),
        target_label: model.node_label(explanation.target),
        header: VolumeHeader { shape, world_from_voxel: world_from_voxel.0 },
        channels: map.placement.n_channels,
        element_number: map.placement.element.number,
        element_name: map.placement.element.name.clone(),
        self_check: self_check(&explanation, model, probabilities.as_ref().unwrap_or(&map.logits), map.placement.element.number),
        probabilities,
        logits: map.logits.clone(),
        statistics: MapStatistics { min: statistics.min, max: statistics.max, mean: statistics.mean },
        milliseconds: map_ms + preparation.map_or(0.0, |preparation| preparation.upload_ms),
        warnings: map.warnings.clone(),
    };
    let timings = timings(model.read_ms, preparation, (stage, map_ms));
    let record = record(&explanation, &subject.origin, model, device, &ready, timings);
    let (checkpoint, mode) = (model.checkpoint.clone(), model.maps.config.mode.to_string());
    Ok(SingleMap { explanation, map, ready, record, checkpoint, mode, sha256: OnceCell::new() })
}

impl SingleMap {
    /// Whether it is the map that is asked for.
    pub fn is_of(&self, wanted: &MapIdentity) -> bool {
        self.explanation == wanted.explanation && self.ready.checkpoint == wanted.checkpoint
    }

    /// Name, MIME type and bytes of a file made of the map; the record is written by the caller, who knows the hashes.
    pub fn file(&self, kind: ExportKind) -> (String, &'static str, Vec<u8>) {
        let nifti = |form| {
            let bytes = self.map.placement.nifti_file(&self.map.values, form).unwrap_or_default();
            (self.name(file_names::map_nifti), "application/gzip", bytes)
        };
        match kind {
            ExportKind::Nifti => nifti(NiftiForm::Placed),
            ExportKind::WholeImage => nifti(NiftiForm::WholeImage),
            ExportKind::ClinicadlNifti => nifti(NiftiForm::Clinicadl),
            ExportKind::Pt => {
                let bytes = self.map.placement.tensor_file(&self.map.values);
                (self.name(file_names::map_tensor), "application/octet-stream", bytes)
            }
            ExportKind::Record => (self.name(file_names::map_record), "application/json", self.record.to_json()),
        }
    }

    /// Name of the figure's files, without an ending.
    pub fn figure_name(&self) -> String {
        let name = self.name(file_names::map_record);
        name.strip_suffix(".json").unwrap_or(&name).to_owned()
    }

    /// SHA-256 of the map's values.
    pub fn values_sha256(&self) -> &str {
        self.sha256.get_or_init(|| values_sha256_hex(&self.map.values))
    }

    fn name(&self, name: fn(&str, &str, &str, usize) -> String) -> String {
        let ParticipantKey { participant_id, session_id } = &self.explanation.participant;
        name(participant_id, session_id, &self.mode, self.map.placement.element.number)
    }
}

/// Compares outputs with those that ClinicaDL's own prediction wrote into the MAPS, if it did.
fn self_check(explanation: &Explanation, model: &Model, outputs: &[f32], number: usize) -> Option<SelfCheck> {
    let predictions = model.predictions.as_ref()?;
    let ParticipantKey { participant_id, session_id } = &explanation.participant;
    let recorded = predictions.find(participant_id, session_id, number)?;
    let file = predictions.file_of(participant_id, session_id, number).unwrap_or_default();
    let difference = recorded.iter().zip(outputs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    (recorded.len() == outputs.len()).then(|| SelfCheck { file: file.to_owned(), recorded: recorded.to_vec(), difference })
}

/// Each stage by its name, in order; what was not done again is not among them.
fn timings(read_model_ms: f64, preparation: Option<Preparation>, map: (&str, f64)) -> Vec<Timing> {
    let preparation = preparation.map(|Preparation { read_ms, upload_ms }| [("read_input", read_ms), ("upload", upload_ms)]);
    let stages = [("read_model", read_model_ms)].into_iter().chain(preparation.into_iter().flatten()).chain([map]);
    stages.map(|(stage, milliseconds)| Timing { stage: stage.to_owned(), milliseconds }).collect()
}

/// The record without the hashes of the files, which are worked out when it is asked for.
fn record(
    explanation: &Explanation,
    origin: &Origin,
    model: &Model,
    device: &OpenDevice,
    ready: &MapReady,
    timings: Vec<Timing>,
) -> Record {
    let Explanation { participant, method, target, convention, quantity, .. } = explanation.clone();
    let config = &model.maps.config;
    Record {
        software: Software::this(),
        model: model.record_without_hash(),
        input: InputRecord {
            participant_id: participant.participant_id,
            session_id: participant.session_id,
            file: origin.path.clone(),
            sha256: String::new(),
            element: ready.element_number,
            element_name: ready.element_name.clone(),
            shape: origin.shape.clone(),
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
            quantity,
        },
        device: device.record(),
        logits: ready.logits.clone(),
        map: MapRecord {
            shape: ready.header.shape,
            channels: ready.channels,
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

/// Class probabilities from logits.
fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = logits.iter().map(|&logit| f64::from(logit - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| (power / sum) as f32).collect()
}
