//! Distinguishes a NIfTI-1 image in one file from related formats.

use super::NiftiError;

/// Bytes of a NIfTI-1 header.
pub(super) const HEADER_LEN: usize = 348;

/// Position of the magic number in the header.
const MAGIC: std::ops::Range<usize> = 344..348;

/// Checks that `header` begins a NIfTI-1 image in one file.
///
/// # Errors
/// If it is a NIfTI-2 header, the header of a pair of files, or neither.
pub(super) fn check_kind(file_name: &str, header: &[u8]) -> Result<(), NiftiError> {
    let file = file_name.to_owned();
    let is_nifti2 = header.starts_with(&540i32.to_le_bytes()) || header.starts_with(&540i32.to_be_bytes());
    match header.get(MAGIC) {
        _ if is_nifti2 => Err(NiftiError::Nifti2 { file }),
        Some(b"n+1\0") => Ok(()),
        Some(b"ni1\0") => Err(NiftiError::TwoFiles { file }),
        _ => Err(NiftiError::NotNifti { file }),
    }
}
