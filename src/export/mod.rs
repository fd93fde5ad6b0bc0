//! Bytes out: maps as NIfTI and tensors, the provenance record, and the names of all these files.

pub mod file_names;
pub mod record;

pub use record::Record;

use sha2::{Digest, Sha256};

use crate::torch_file;

/// A map as `.pt`: float32 of shape channels × axes, as ClinicaDL saves it; `torch.load(weights_only=True)` reads it.
pub fn tensor_file(shape: &[usize], values: &[f32]) -> Vec<u8> {
    torch_file::write_tensor(shape, values)
}

/// SHA-256 in lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of values as little-endian float32, last axis fastest: of the bytes inside a `.pt` or `.npy`.
pub fn values_sha256_hex(values: &[f32]) -> String {
    let mut digest = Sha256::new();
    for block in values.chunks(1 << 14) {
        digest.update(block.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
