//! The native integration tests, in one binary; one module per room.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails; its helpers outside test functions are tests, too")]

#[cfg(feature = "compute")]
mod architectures;
mod archives_in_parts;
#[cfg(feature = "compute")]
mod blocks;
mod caps;
#[path = "../checkpoints/mod.rs"]
mod checkpoints;
mod clusters;
#[cfg(feature = "compute")]
mod command_line;
mod comparison;
mod element_sources;
mod elements;
#[cfg(feature = "compute")]
mod engine;
#[cfg(feature = "compute")]
mod engine_clusters;
#[cfg(feature = "compute")]
mod engine_comparison;
#[cfg(feature = "compute")]
mod engine_figures;
#[cfg(feature = "compute")]
mod engine_identity;
#[cfg(feature = "compute")]
mod engine_numbers;
#[cfg(feature = "compute")]
mod engine_reuse;
#[cfg(feature = "compute")]
mod engine_volumes;
mod export;
mod figures;
mod files;
mod fixtures;
mod framing;
#[cfg(feature = "compute")]
mod fused_blocks;
mod groups;
#[cfg(feature = "compute")]
mod helper_pool;
#[cfg(feature = "compute")]
mod in_process;
#[cfg(feature = "oracle")]
mod layers;
mod maps;
mod maps_json;
#[cfg(feature = "compute")]
mod matrix;
mod murmur;
#[cfg(feature = "compute")]
mod networks;
#[cfg(feature = "compute")]
mod noise;
mod npy;
#[path = "../npy_bytes/mod.rs"]
mod npy_bytes;
mod numbers;
#[cfg(feature = "compute")]
#[path = "../numerics/mod.rs"]
mod numerics;
mod overlays;
mod participants;
mod picture_files;
mod predictions;
mod reading;
mod recorded_file;
mod reference_pictures;
mod render;
#[cfg(feature = "compute")]
mod residual;
#[cfg(feature = "compute")]
mod reuse;
mod tensor_beside_nifti;
mod torch_file;
mod tsv;
#[cfg(feature = "compute")]
mod undecided;
mod volume;
