//! Chooses between torch's containers by the first bytes of a file.

use std::rc::Rc;

use super::{Flaw, Value, legacy, zip_container};
use crate::files::{FileSource, memory_file, read_whole, stand_in};

/// Bytes that are read to recognise the format.
const HEAD: u64 = 512;

/// Reads a ZIP container (torch ≥ 1.6), of which only the directory and the pickle are held in memory, or a legacy one (torch
/// 0.1.10 to 1.5), which is held in memory as a whole.
///
/// # Errors
/// If it is neither, or the error of the container's reader or of the file.
pub(super) async fn read(file_name: &str, file: &Rc<dyn FileSource>) -> Result<Value, Flaw> {
    if !file.reads_in_parts() {
        let file = memory_file(file.read(0..file.len()).await?);
        return Box::pin(read(file_name, &file)).await;
    }
    let head = file.read(0..file.len().min(HEAD)).await?;
    if head.starts_with(b"PK\x03\x04") {
        zip_container::read(file_name, file).await
    } else if let Some(start) = legacy::after_magic(&head) {
        let bytes = Rc::new(read_whole(file_name, file.as_ref()).await?);
        legacy::read(&bytes, &memory_file(bytes.clone()), start)
    } else if is_tar(&head) {
        Err(Flaw::OldTar)
    } else {
        Err(Flaw::NotTorch { found: looks_like(&head) })
    }
}

/// Whether the head is that of a tar archive, in which torch before 0.1.10 wrote.
fn is_tar(file: &[u8]) -> bool {
    file.get(257..262) == Some(b"ustar".as_slice())
}

/// The format of a file that is no torch file, as far as its first bytes show it.
fn looks_like(file: &[u8]) -> &'static str {
    const KNOWN: [(&[u8], &str); 6] = [
        (b"\x1f\x8b", "a gzip file"),
        (b"\xfd7zXZ", "an xz file"),
        (b"\x89HDF", "an HDF5 file"),
        (b"\x93NUMPY", "a NumPy file"),
        (b"\x80", "a plain Python pickle"),
        (b"7z\xbc\xaf", "a 7z archive"),
    ];
    let known = || KNOWN.iter().find(|(magic, _)| file.starts_with(magic)).map(|(_, name)| *name);
    stand_in(file).or_else(known).unwrap_or("something else")
}
