//! Everything the page and the engine say to each other: plain data, no tensors, no DOM.
//!
//! A request travels as JSON with attachments beside it (chosen files one way, array buffers the other way).
//! Every request is answered by exactly one closing event ([`Event::is_final`]); [`Event::Progress`] may come before it.
//! Requests are worked through in order; only [`Request::Cancel`] overtakes.

use serde::{Deserialize, Serialize};

use crate::attribution::{Convention, Method};

/// A request with the number by which its answers are recognised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Chosen by the page, increasing.
    pub id: u32,
    /// What to do.
    pub request: Request,
}

/// An event with the number of the job it answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// [`Job::id`] of the request.
    pub job: u32,
    /// What happened.
    pub event: Event,
}

/// What the page asks of the engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Choose where to compute. Answered by [`Event::Device`]. A loaded model stays loaded.
    ChooseDevice {
        /// The user's choice.
        choice: DeviceChoice,
    },
    /// Read the attached files as a MAPS. Answered by [`Event::Model`]; on failure the previous model stays.
    OpenModel,
    /// Read the attached files as participants' images. Answered by [`Event::Participants`]; on failure the previous ones stay.
    OpenImages,
    /// Read the demo study from the page's own origin. Answered by [`Event::Model`], then [`Event::Participants`] (final).
    OpenDemo {
        /// Absolute URL of the folder that holds `index.json`, with a trailing slash.
        base_url: String,
    },
    /// Load another trained checkpoint of the MAPS. Answered by [`Event::Model`].
    ChooseCheckpoint {
        /// The `n` of `split-n`.
        split: u32,
        /// The `metric` of `best-metric`.
        selection: String,
    },
    /// Read one participant's image for display. Answered by [`Event::Image`].
    ShowParticipant {
        /// Which one.
        participant: ParticipantKey,
    },
    /// Compute a saliency map. Answered by [`Event::Map`] or [`Event::Cancelled`].
    Explain(Explanation),
    /// Stop the running job at its next step, and take back the maps that wait. Has no answer of its own: each job that it
    /// stops answers [`Event::Cancelled`].
    Cancel,
    /// Write the last map as a file. Answered by [`Event::File`].
    Export {
        /// Which file.
        kind: ExportKind,
    },
}

/// Where to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// WebGPU on a hardware adapter, else the CPU.
    #[default]
    Auto,
    /// WebGPU on whatever adapter there is, a software one too.
    Webgpu,
    /// The CPU.
    Cpu,
}

/// One participant's visit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ParticipantKey {
    /// BIDS-like identifier, `sub-…`, or the file's name where there is none.
    pub participant_id: String,
    /// `ses-…`, or empty where there is none.
    pub session_id: String,
}

/// What to explain and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Whose image.
    pub participant: ParticipantKey,
    /// Gradients or Grad-CAM, with its level.
    pub method: Method,
    /// Output node, from 0.
    pub target: usize,
    /// Exact or corrected arithmetic.
    pub convention: Convention,
}

/// A file made from the last map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportKind {
    /// 3D NIfTI-1, gzipped, float32, with the composed affine.
    Nifti,
    /// A float32 tensor 1×D×H×W that `torch.load(weights_only=True)` reads.
    Pt,
    /// The provenance record as JSON.
    Record,
}

/// What the engine tells the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Where it computes from now on.
    Device(DeviceInfo),
    /// A model is loaded.
    Model(Box<ModelSummary>),
    /// Participants are listed.
    Participants(ParticipantList),
    /// The image of one participant. Attachment 0: float32 voxels, last axis fastest.
    Image(ImageReady),
    /// A saliency map. Attachment 0: float32 voxels, last axis fastest.
    Map(Box<MapReady>),
    /// A file to hand to the user. Attachment 0: its bytes.
    File {
        /// Suggested file name.
        name: String,
        /// MIME type.
        mime: String,
    },
    /// How far the running job is.
    Progress(Progress),
    /// The job was cancelled, which is no error.
    Cancelled,
    /// The job failed; everything loaded before is still there.
    Failed(Failure),
}

impl Event {
    /// Whether the job is over with this event. [`Request::OpenDemo`] sends a [`Event::Model`] before its last event.
    pub fn is_final(&self) -> bool {
        !matches!(self, Event::Progress(_))
    }
}

/// An array that goes along with an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Attachment {
    /// Voxels.
    Floats(Vec<f32>),
    /// A file's bytes.
    Bytes(Vec<u8>),
}

/// The device in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// `Webgpu` or `Cpu`; never `Auto`.
    pub kind: DeviceChoice,
    /// The adapter's own name, or "CPU".
    pub name: String,
    /// Largest piece of memory one kernel may bind, in bytes.
    pub max_binding_bytes: u64,
    /// Why the user's choice could not be followed, in words.
    pub note: Option<String>,
}

/// What the page shows of a loaded model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelSummary {
    /// Folder name of the MAPS.
    pub name: String,
    /// `Conv5_FC3` …
    pub architecture: String,
    /// `classification` or `regression`.
    pub task: String,
    /// `image`, `patch`, `roi` or `slice`.
    pub mode: String,
    /// `t1-linear` …
    pub preprocessing: String,
    /// Channels, then spatial axes.
    pub input_shape: Vec<usize>,
    /// Output nodes in order.
    pub nodes: Vec<NodeLabel>,
    /// Trained splits, sorted.
    pub splits: Vec<SplitSummary>,
    /// The split in use.
    pub split: u32,
    /// The selection metric in use.
    pub selection: String,
    /// Epoch of the checkpoint.
    pub epoch: Option<i64>,
    /// Number of weights.
    pub n_parameters: u64,
    /// The modules of `convolutions`, in order: level `i + 1` is the output of entry `i`.
    pub levels: Vec<LevelSummary>,
    /// Min–max normalisation of the input.
    pub normalize: bool,
    /// Subsampling factor of the input, if any.
    pub size_reduction: Option<u32>,
    /// Things the user should know: unused keys, defaults filled in.
    pub warnings: Vec<String>,
}

/// An output node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeLabel {
    /// From 0.
    pub index: usize,
    /// The labels that `label_code` maps to it, joined by " / ", or the regression label.
    pub label: String,
}

/// A trained split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitSummary {
    /// The `n` of `split-n`.
    pub split: u32,
    /// Selection metrics with a checkpoint, `loss` first, then sorted.
    pub selections: Vec<String>,
}

/// A module of `convolutions`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelSummary {
    /// From 1, as `--level_grad_cam` counts.
    pub level: usize,
    /// "convolution 3×3×3", "batch normalisation", "ReLU", "max pooling" …
    pub layer: String,
    /// Channels, then spatial axes, of its output.
    pub shape: Vec<usize>,
}

/// The participants the page lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParticipantList {
    /// Folder or archive name.
    pub name: String,
    /// In table order.
    pub rows: Vec<ParticipantRow>,
    /// What was not understood, one sentence each.
    pub warnings: Vec<String>,
}

/// One row of the participants table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParticipantRow {
    /// Who and when.
    pub participant: ParticipantKey,
    /// Diagnosis of the table.
    pub diagnosis: Option<String>,
    /// Number of elements the network sees: 1 in image mode.
    pub element_count: usize,
    /// Path of the image within what was opened.
    pub file: String,
}

/// Grid of a volume whose voxels travel as an attachment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VolumeHeader {
    /// Voxels along the three axes.
    pub shape: [usize; 3],
    /// Rows x, y, z of the affine: millimetres in RAS+ world space from voxel indices.
    pub world_from_voxel: [[f64; 4]; 3],
}

/// A participant's image for display.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageReady {
    /// Whose.
    pub participant: ParticipantKey,
    /// Its grid.
    pub header: VolumeHeader,
    /// Things the user should know, such as a missing affine.
    pub warnings: Vec<String>,
}

/// A saliency map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapReady {
    /// What was asked.
    pub explanation: Explanation,
    /// Its grid.
    pub header: VolumeHeader,
    /// Raw outputs of the network's last layer.
    pub logits: Vec<f32>,
    /// Softmax of the logits, for classification.
    pub probabilities: Option<Vec<f32>>,
    /// Of the map.
    pub statistics: MapStatistics,
    /// Milliseconds from the request to the map.
    pub milliseconds: f64,
    /// Things the user should know.
    pub warnings: Vec<String>,
}

/// Statistics over all voxels of a map.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MapStatistics {
    /// Smallest value.
    pub min: f32,
    /// Largest value.
    pub max: f32,
    /// Mean, summed in float64.
    pub mean: f64,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 where unknown.
    pub total: u64,
}

/// A stage of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Bytes of a file.
    Reading,
    /// Bytes of the demo study.
    Fetching,
    /// Parsing what was read.
    Parsing,
    /// Weights to the device.
    Uploading,
    /// Layers, forwards.
    Forward,
    /// Layers, backwards.
    Backward,
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What failed, on which file, with the numbers.
    pub what: String,
    /// What the user may do.
    pub hint: String,
}
