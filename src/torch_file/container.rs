//! Which of torch's containers a file is, by its first bytes.

use std::sync::Arc;

use super::{Flaw, Value, legacy, zip_container};

/// Reads a ZIP container (torch ≥ 1.6) or a legacy one (torch 0.1.10 to 1.5).
///
/// # Errors
/// If it is neither, or what the container's reader says.
pub(super) fn read(file: &Arc<[u8]>) -> Result<Value, Flaw> {
    if file.starts_with(b"PK\x03\x04") {
        zip_container::read(file)
    } else if let Some(start) = legacy::after_magic(file) {
        legacy::read(file, start)
    } else if is_tar(file) {
        Err(Flaw::OldTar)
    } else {
        Err(Flaw::NotTorch { found: looks_like(file) })
    }
}

fn is_tar(file: &[u8]) -> bool {
    file.get(257..262) == Some(b"ustar".as_slice())
}

/// What people hand in by mistake, told from the first bytes.
fn looks_like(file: &[u8]) -> &'static str {
    const KNOWN: [(&[u8], &str); 7] = [
        (b"version https://git-lfs", "a Git LFS pointer, the real file was not downloaded"),
        (b"\x1f\x8b", "a gzip file"),
        (b"\xfd7zXZ", "an xz file"),
        (b"\x89HDF", "an HDF5 file"),
        (b"\x93NUMPY", "a NumPy file"),
        (b"\x80", "a plain Python pickle"),
        (b"<", "a web page"),
    ];
    match KNOWN.iter().find(|(magic, _)| file.starts_with(magic)) {
        Some((_, name)) => name,
        None if file.is_empty() => "empty",
        None => "something else",
    }
}
