//! Bytes out: maps as NIfTI and tensors, the provenance record, and the names of all these files.

pub mod file_names;
pub mod record;

pub use record::Record;

use sha2::{Digest, Sha256};

use crate::torch_file;
use crate::volume::{Volume, nifti};

/// A map as `.nii.gz`: 3D float32 with its affine, so that it opens aligned with its scan.
///
/// ClinicaDL writes an identity affine and a leading channel axis instead; no viewer can place that.
pub fn nifti_file(volume: &Volume) -> Vec<u8> {
    nifti::write(volume)
}

/// A map as `.pt`: float32 of shape 1×D×H×W, as ClinicaDL saves it; `torch.load(weights_only=True)` reads it.
pub fn tensor_file(volume: &Volume) -> Vec<u8> {
    let [d, h, w] = volume.shape();
    torch_file::write_tensor(&[1, d, h, w], volume.data())
}

/// SHA-256 in lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of voxels as little-endian float32, last axis fastest: of the bytes inside a `.pt` or `.npy`.
pub fn voxels_sha256_hex(volume: &Volume) -> String {
    let mut digest = Sha256::new();
    for block in volume.data().chunks(1 << 14) {
        digest.update(block.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
