//! What the page is told of a device, a model, participants and a map.

use serde::{Deserialize, Serialize};

use super::{DeviceChoice, Explanation, ParticipantKey};

/// The device in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// `Webgpu` or `Cpu`; never `Auto`.
    pub kind: DeviceChoice,
    /// The adapter's own name, or "CPU".
    pub name: String,
    /// Largest piece of memory one kernel may bind, in bytes.
    pub max_binding_bytes: u64,
    /// On the CPU, threads that compute together.
    pub threads: usize,
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
    /// What a gradient map takes on the device in use.
    pub memory: MemorySummary,
    /// The modules of `convolutions`, in order: level `i + 1` is the output of entry `i`.
    pub levels: Vec<LevelSummary>,
    /// Min–max normalisation of the input.
    pub normalize: bool,
    /// Subsampling factor of the input, if any.
    pub size_reduction: Option<u32>,
    /// How elements are cut from images, in words: `patches of 50×50×50, every 50 voxels`; empty in image mode.
    pub extraction: String,
    /// Names of the elements in order, where they have any: those of the ROIs.
    pub element_names: Vec<String>,
    /// Number of the first element in names of files: the discarded slices before it.
    pub first_element: usize,
    /// The data groups of the MAPS, `train` and `validation` among them, sorted.
    pub groups: Vec<GroupSummary>,
    /// What the arithmetic of ClinicaDL 1.6.1 and the corrected one differ in for this network, in one line; `None` where
    /// they agree (gradients of single maps always do).
    pub grad_cam_difference: Option<String>,
    /// Things the user should know: unused keys, defaults filled in.
    pub warnings: Vec<String>,
}

/// Bytes of a gradient map, worked out before it is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemorySummary {
    /// Weights and biases.
    pub weights: u64,
    /// The most that everything else takes at the same time.
    pub activations: u64,
    /// Whether it is cut into pieces because the device binds no more at once.
    pub is_tiled: bool,
    /// The most that the device binds at once.
    pub max_binding: u64,
}

/// An output node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeLabel {
    /// From 0.
    pub index: usize,
    /// The labels that `label_code` maps to it, joined by " / ", or the regression label.
    pub label: String,
}

/// A data group that the MAPS defines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupSummary {
    /// Name of its folder.
    pub name: String,
    /// Number of sessions of its table, of the first split where splits differ.
    pub n_sessions: usize,
    /// Whether it is `train` or `validation`, which cannot be overwritten.
    pub is_reserved: bool,
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
    /// Number of elements the network sees: 1 in image mode, 0 where the image is not there or does not fit.
    pub element_count: usize,
    /// Path of the image, or of its first prepared element, within what was opened.
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
    /// Its grid. A slice is a volume of one voxel along its direction.
    pub header: VolumeHeader,
    /// Channels of the map: 3 for gradients of rgb slices, else 1. The voxels of all channels travel one after the other.
    pub channels: usize,
    /// Number of the element in names of files.
    pub element_number: usize,
    /// Name of the element, `patch 13` or `leftHippocampus`; empty in image mode.
    pub element_name: String,
    /// Raw outputs of the network's last layer.
    pub logits: Vec<f32>,
    /// Softmax of the logits, for classification.
    pub probabilities: Option<Vec<f32>>,
    /// How the probabilities compare with those that ClinicaDL's own prediction wrote into the MAPS, where it did.
    pub self_check: Option<SelfCheck>,
    /// Of the map.
    pub statistics: MapStatistics,
    /// Milliseconds from the request to the map.
    pub milliseconds: f64,
    /// Things the user should know.
    pub warnings: Vec<String>,
}

/// Recomputed outputs against those of a prediction table in the MAPS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfCheck {
    /// The table, within the MAPS.
    pub file: String,
    /// What it says: probabilities, or the regression's value.
    pub recorded: Vec<f32>,
    /// Largest difference to what was recomputed.
    pub difference: f32,
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
