//! The summary of a loaded model.

use serde::{Deserialize, Serialize};

use super::CheckpointKey;

/// A loaded model, as the page shows it.
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
    /// Number of values of all feature maps of one element: by it, maps of different networks take their time.
    pub n_feature_values: u64,
    /// The memory that a gradient map takes on the device in use.
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

impl ModelSummary {
    /// The checkpoint in use, by its names.
    pub fn checkpoint(&self) -> CheckpointKey {
        CheckpointKey { maps: self.name.clone(), split: self.split, selection: self.selection.clone() }
    }
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
    /// Position among the output nodes, from 0.
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
    /// Number of the level, from 1, as `--level_grad_cam` counts.
    pub level: usize,
    /// "convolution 3×3×3", "batch normalisation", "ReLU", "max pooling" …
    pub layer: String,
    /// Channels, then spatial axes, of its output.
    pub shape: Vec<usize>,
}
