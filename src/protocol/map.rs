//! A saliency map: what is asked for, what comes back, and the files it can be saved as.

use serde::{Deserialize, Serialize};

use super::{CheckpointKey, Convention, MapIdentity, Method, ParticipantKey, Quantity, VolumeHeader};

/// A request for a saliency map: what to explain, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Whose image is explained.
    pub participant: ParticipantKey,
    /// Position of the element within the image, from 0: 0 in image mode, else one of [`ParticipantRow::element_count`](super::ParticipantRow::element_count).
    pub element: usize,
    /// Gradients or Grad-CAM, with its level.
    pub method: Method,
    /// Output node, from 0.
    pub target: usize,
    /// Exact or corrected arithmetic.
    pub convention: Convention,
    /// The map itself, or what the conventions differ by.
    pub quantity: Quantity,
}

/// A saliency map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapReady {
    /// The explanation that was asked for.
    pub explanation: Explanation,
    /// The network that was explained.
    pub checkpoint: CheckpointKey,
    /// Label of the output node.
    pub target_label: String,
    /// Grid of the map. A slice is a volume of one voxel along its direction.
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
    /// Comparison of the probabilities with those that ClinicaDL's own prediction wrote into the MAPS, where it did.
    pub self_check: Option<SelfCheck>,
    /// Statistics over all voxels.
    pub statistics: MapStatistics,
    /// Milliseconds from the request to the map.
    pub milliseconds: f64,
    /// Things the user should know.
    pub warnings: Vec<String>,
}

impl MapReady {
    /// What it is of.
    pub fn identity(&self) -> MapIdentity {
        MapIdentity { checkpoint: self.checkpoint.clone(), explanation: self.explanation.clone() }
    }
}

/// Recomputed outputs against those of a prediction table in the MAPS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfCheck {
    /// The table, within the MAPS.
    pub file: String,
    /// The recorded outputs: probabilities, or the regression's value.
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

/// A file made from the last map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportKind {
    /// 3D NIfTI-1, gzipped, float32, with the composed affine; with a fourth axis where the map has several channels.
    Nifti,
    /// The map pasted into the grid of the whole image, zeros elsewhere, as NIfTI.
    WholeImage,
    /// As ClinicaDL writes it: a leading channel axis and an identity affine.
    ClinicadlNifti,
    /// A float32 tensor, channels first, that `torch.load(weights_only=True)` reads.
    Pt,
    /// The provenance record as JSON.
    Record,
}
