//! Which of torch's containers a file is, by its first bytes.

use std::rc::Rc;

use super::{Flaw, Value, legacy, zip_container};
use crate::files::{FileSource, held, read_whole};

/// What tells one file from another, in bytes.
const HEAD: u64 = 512;

/// Reads a ZIP container (torch ≥ 1.6), of which only the directory and the pickle are held, or a legacy one (torch 0.1.10 to
/// 1.5), which is held whole.
///
/// # Errors
/// If it is neither, or what the container's reader or the file says.
pub(super) async fn read(file_name: &str, file: &Rc<dyn FileSource>) -> Result<Value, Flaw> {
    if !file.reads_in_parts() {
        let file = held(file.read(0..file.len()).await?);
        return Box::pin(read(file_name, &file)).await;
    }
    let head = file.read(0..file.len().min(HEAD)).await?;
    if head.starts_with(b"PK\x03\x04") {
        zip_container::read(file_name, file).await
    } else if let Some(start) = legacy::after_magic(&head) {
        let bytes = Rc::new(read_whole(file_name, file.as_ref()).await?);
        legacy::read(&bytes, &held(bytes.clone()), start)
    } else if is_tar(&head) {
        Err(Flaw::OldTar)
    } else {
        Err(Flaw::NotTorch { found: looks_like(&head) })
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
