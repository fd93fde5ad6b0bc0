//! The provenance record: how a map came about, in a JSON file beside it. ClinicaDL's results do not say.

use serde::{Deserialize, Serialize};

use crate::protocol::{Convention, Quantity};
use crate::volume::{Statistics, Volume};

/// Everything needed to compute the same map again, and to recognise it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The program that wrote the record.
    pub software: Software,
    /// The network.
    pub model: ModelRecord,
    /// The image.
    pub input: InputRecord,
    /// Method and output that are explained.
    pub explanation: ExplanationRecord,
    /// The device that computed it.
    pub device: DeviceRecord,
    /// Raw outputs of the network's last layer, node by node.
    pub logits: Vec<f32>,
    /// The map.
    pub map: MapRecord,
    /// Milliseconds by stage, in order.
    pub timings: Vec<Timing>,
    /// Largest size of the WebAssembly memory in bytes, where known.
    pub peak_memory_bytes: Option<u64>,
    /// All warnings, one sentence each.
    pub warnings: Vec<String>,
}

/// The program that wrote a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Software {
    /// `MapLens`
    pub name: String,
    /// Version of the program.
    pub version: String,
}

/// The model and checkpoint of a map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRecord {
    /// Name of the MAPS folder.
    pub maps: String,
    /// The checkpoint inside the MAPS.
    pub checkpoint: String,
    /// SHA-256 of the checkpoint file.
    pub sha256: String,
    /// Class name.
    pub architecture: String,
    /// The `n` of `split-n`.
    pub split: u32,
    /// The metric that chose the checkpoint.
    pub selection: String,
    /// Epoch of the checkpoint.
    pub epoch: Option<i64>,
}

/// The image, and the element of it that the network was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRecord {
    /// Identifier of the participant.
    pub participant_id: String,
    /// Identifier of the visit; empty where unknown.
    pub session_id: String,
    /// Path of the image inside what was opened.
    pub file: String,
    /// SHA-256 of that file.
    pub sha256: String,
    /// Number of the element in names of files: 0 for whole images.
    pub element: usize,
    /// `patch 13`, the name of a region; empty for whole images.
    pub element_name: String,
    /// Shape of the network's input, channels first.
    pub shape: Vec<usize>,
    /// Min–max normalisation before the network.
    pub normalize: bool,
    /// Subsampling factor before the network, if any.
    pub size_reduction: Option<u32>,
}

/// The method of a map, and the output that it explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplanationRecord {
    /// Name of the method on ClinicaDL's command line: `gradients` or `grad-cam`.
    pub method: String,
    /// Leading modules of `convolutions`, for Grad-CAM; null stands for all of them.
    pub level: Option<usize>,
    /// Output node, from 0.
    pub target_node: usize,
    /// Label of the output node.
    pub target_label: String,
    /// The arithmetic.
    pub convention: Convention,
    /// The map, or the difference of the conventions.
    pub quantity: Quantity,
}

/// The device that computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRecord {
    /// `webgpu` or `cpu`.
    pub kind: String,
    /// The adapter's own name, or "CPU".
    pub name: String,
    /// Largest piece of memory one kernel may bind, in bytes.
    pub max_binding_bytes: u64,
    /// How the CPU adds products: `multiply-add` (rounded once) or `multiplication, then addition` (rounded twice).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arithmetic: Option<String>,
    /// Number of CPU threads that computed together. Values do not depend on them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threads: Option<usize>,
}

/// Grid, hash and statistics of a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapRecord {
    /// Voxels along the three axes.
    pub shape: [usize; 3],
    /// Values per voxel.
    pub channels: usize,
    /// Rows x, y, z: millimetres (RAS+) from voxel indices.
    pub world_from_voxel: [[f64; 4]; 3],
    /// SHA-256 of the voxels as little-endian float32, last axis fastest.
    pub sha256: String,
    /// Smallest value.
    pub min: f32,
    /// Largest value.
    pub max: f32,
    /// Mean, summed in float64.
    pub mean: f64,
}

/// The duration of a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// `read_model`; `read_input` and `upload`, unless the image was on the device already; then `first_map`, which also
    /// compiles the device's programs, `warm_map`, or `next_map`, which started from an earlier forward pass.
    pub stage: String,
    /// Wall time in milliseconds.
    pub milliseconds: f64,
}

impl Record {
    /// Indented JSON, ending in a newline. The order of the keys is that of the fields.
    pub fn to_json(&self) -> Vec<u8> {
        // Only a map with keys that are no text could fail, and there is none.
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }
}

impl Software {
    /// This program.
    pub fn this() -> Self {
        Self { name: "MapLens".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }

    /// `MapLens 0.1.0`
    pub fn words(&self) -> String {
        format!("{} {}", self.name, self.version)
    }
}

impl MapRecord {
    /// Describes a map of one channel; one pass for the statistics, one for the digest.
    pub fn of(volume: &Volume) -> Self {
        let Statistics { min, max, mean, .. } = Statistics::of(volume.data());
        let world_from_voxel = volume.world_from_voxel().0;
        Self { shape: volume.shape(), channels: 1, world_from_voxel, sha256: super::values_sha256_hex(volume.data()), min, max, mean }
    }
}
