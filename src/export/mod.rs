//! Bytes out: maps as NIfTI and tensors, tables of clusters, the provenance record, and the names of all these files.

#[cfg(not(target_arch = "wasm32"))]
mod agg_sampling;
pub mod cluster_table;
pub mod file_names;
pub mod html;
mod markup;
pub mod number_tables;
#[cfg(not(target_arch = "wasm32"))]
mod pixel_grid;
pub mod png;
#[cfg(not(target_arch = "wasm32"))]
pub mod raster;
pub mod record;
pub mod svg;

pub use record::Record;

use sha2::{Digest, Sha256};

use crate::files::{FileError, FileSource, Slices};
use crate::torch_file;

/// A map as `.pt`: float32 of shape channels × axes, as ClinicaDL saves it; `torch.load(weights_only=True)` reads it.
pub fn tensor_file(shape: &[usize], values: &[f32]) -> Vec<u8> {
    torch_file::write_tensor(shape, values)
}

/// SHA-256 in lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(Sha256::new_with_prefix(bytes))
}

/// SHA-256 of a file, slice by slice.
///
/// # Errors
/// If it cannot be read.
pub async fn sha256_of_file(file: &dyn FileSource) -> Result<String, FileError> {
    let (mut digest, mut slices) = (Sha256::new(), Slices::of(file));
    while let Some(slice) = slices.next().await? {
        digest.update(slice);
    }
    Ok(hex(digest))
}

/// SHA-256 of values as little-endian float32, last axis fastest: of the bytes inside a `.pt` or `.npy`.
pub fn values_sha256_hex(values: &[f32]) -> String {
    let mut digest = Sha256::new();
    for block in values.chunks(1 << 14) {
        digest.update(block.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
    }
    hex(digest)
}

fn hex(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
