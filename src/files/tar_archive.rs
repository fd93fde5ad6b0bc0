//! Members of a .tar, as parts of its bytes, and of a .tar.gz, decompressed at once because it cannot be read out of order.

use std::io::{Cursor, Read};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;
use tar::{Archive, Entry};

use super::archive::Members;
use super::memory::{Allowance, SharedPart, held, read_declared};
use super::{FileError, path};

const TAR: &str = "tar";
const TAR_GZ: &str = "tar.gz";
/// Headers and contents begin at multiples of this.
const BLOCK: u64 = 512;

/// The files in an uncompressed archive at `archive_path`; nothing is copied.
///
/// # Errors
/// If the archive is broken or cut, or if a member would lie outside.
pub(super) fn members(archive_path: &str, bytes: &Rc<Vec<u8>>) -> Result<Members, FileError> {
    let mut archive = Archive::new(Cursor::new(bytes.as_slice()));
    let entries = archive.entries_with_seek().map_err(|error| bad(archive_path, TAR, &error.to_string()))?;
    let mut members = Members::new();
    let mut end = 0;
    for entry in entries {
        let entry = entry.map_err(|error| bad(archive_path, TAR, &error.to_string()))?;
        let start = entry.raw_file_position();
        end = start.checked_add(entry.size()).filter(|&end| end <= bytes.len() as u64).ok_or_else(|| cut_off(archive_path))?;
        let Some(name) = file_path(archive_path, TAR, &entry)? else { continue };
        // Both ends lie within the bytes, so that they fit `usize`.
        let range = start as usize..end as usize;
        members.push((name, Rc::new(SharedPart { bytes: bytes.clone(), range })));
    }
    // Zero blocks mark the end. Without them the archive was cut between two members, and nobody knows how many are missing.
    if end.next_multiple_of(BLOCK) + BLOCK > bytes.len() as u64 {
        return Err(cut_off(archive_path));
    }
    Ok(members)
}

fn cut_off(archive_path: &str) -> FileError {
    bad(archive_path, TAR, "it is cut off")
}

/// The files in a compressed archive at `archive_path`, all decompressed.
///
/// # Errors
/// If the archive is broken or cut, if a member would lie outside, or if they exceed the allowance.
pub(super) fn compressed_members(archive_path: &str, bytes: &[u8], allowance: &mut Allowance) -> Result<Members, FileError> {
    let mut archive = Archive::new(MultiGzDecoder::new(bytes));
    let entries = archive.entries().map_err(|error| bad(archive_path, TAR_GZ, &error.to_string()))?;
    let mut members = Members::new();
    for entry in entries {
        let mut entry = entry.map_err(|error| bad(archive_path, TAR_GZ, &error.to_string()))?;
        let size = entry.size();
        // Also for what is passed over: it has to be decompressed all the same.
        allowance.take(archive_path, size)?;
        let Some(name) = file_path(archive_path, TAR_GZ, &entry)? else { continue };
        let member_path = format!("{archive_path}/{name}");
        let bytes = read_declared(&mut entry, size).map_err(|fault| fault.in_archive(&member_path, TAR_GZ, size))?;
        members.push((name, held(bytes)));
    }
    verify_end(archive_path, archive.into_inner())?;
    Ok(members)
}

/// Reads the padding behind the last member, after which the checksum stands.
fn verify_end(archive_path: &str, rest: MultiGzDecoder<&[u8]>) -> Result<(), FileError> {
    const PADDING: u64 = 1 << 20;
    let read = std::io::copy(&mut rest.take(PADDING), &mut std::io::sink());
    read.map(drop).map_err(|error| bad(archive_path, TAR_GZ, &error.to_string()))
}

/// The clean path of a regular file; `None` for folders, links and what is dropped.
fn file_path<R: Read>(archive_path: &str, format: &'static str, entry: &Entry<'_, R>) -> Result<Option<String>, FileError> {
    let kind = entry.header().entry_type();
    let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    if kind.is_gnu_sparse() {
        return Err(bad(archive_path, format, &format!("{name} is stored with holes (sparse)")));
    }
    if kind.is_file() || kind.is_contiguous() { path::of_member(&name) } else { Ok(None) }
}

fn bad(path: &str, format: &'static str, reason: &str) -> FileError {
    FileError::BadArchive { path: path.to_owned(), format, reason: reason.to_owned() }
}
