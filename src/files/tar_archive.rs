//! Members of a .tar, as parts of it, and of a .tar.gz, decompressed at once because it cannot be read out of order.

use std::io::Read;
use std::ops::Range;
use std::rc::Rc;

use flate2::read::MultiGzDecoder;
use tar::{Archive, Entry};

use super::archive::Members;
use super::memory::{Allowance, held, read_declared};
use super::part::Part;
use super::{FileError, FileSource, path};

const TAR: &str = "tar";
const TAR_GZ: &str = "tar.gz";
/// Headers and contents begin at multiples of this.
const BLOCK: u64 = 512;
/// How much is read for a header, in bytes: it brings along those of small members behind it.
const WINDOW: u64 = 1 << 16;
/// A header with a name or with attributes longer than this is broken.
const MAX_WINDOW: u64 = 1 << 22;

/// The files in an uncompressed archive at `archive_path`; of their contents nothing is read.
///
/// # Errors
/// If the archive is broken or cut, if a member would lie outside, or if it cannot be read.
pub(super) async fn members(archive_path: &str, source: &Rc<dyn FileSource>) -> Result<Members, FileError> {
    let mut members = Members::new();
    let mut window = Window { start: 0, bytes: Vec::new() };
    let mut end = 0_u64;
    loop {
        let at = end.next_multiple_of(BLOCK);
        let Some(next) = window.next_file(archive_path, source.as_ref(), at).await? else { break };
        end = next.range.end;
        if end > source.len() {
            return Err(cut_off(archive_path));
        }
        if let Some(name) = next.name {
            members.push((name, Rc::new(Part { source: source.clone(), range: next.range })));
        }
    }
    // Zero blocks mark the end. Without them the archive was cut between two members, and nobody knows how many are missing.
    if end.next_multiple_of(BLOCK) + BLOCK > source.len() {
        return Err(cut_off(archive_path));
    }
    Ok(members)
}

/// A member and where its content lies.
struct Found {
    /// `None` for what is passed over.
    name: Option<String>,
    range: Range<u64>,
}

/// The part of an archive that was read last.
struct Window {
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    /// The member whose headers begin at `at`; `None` at the end of the archive.
    async fn next_file(&mut self, archive_path: &str, source: &dyn FileSource, at: u64) -> Result<Option<Found>, FileError> {
        if at >= source.len() {
            return Ok(None);
        }
        let mut length = WINDOW;
        loop {
            let known = at.checked_sub(self.start).and_then(|skipped| self.bytes.get(usize::try_from(skipped).ok()?..));
            let is_rest = self.start + self.bytes.len() as u64 >= source.len();
            match known.map(|bytes| first_file(archive_path, bytes, at)) {
                // What seems to be the end, or broken, may be cut by the window.
                Some(Ok(Some(found))) => return Ok(Some(found)),
                Some(outcome) if is_rest || length > MAX_WINDOW => return outcome,
                _ => {}
            }
            (self.start, self.bytes) = (at, source.read(at..(at + length).min(source.len())).await?);
            length *= 8;
        }
    }
}

/// The first member in bytes that begin at `at` in their archive.
fn first_file(archive_path: &str, bytes: &[u8], at: u64) -> Result<Option<Found>, FileError> {
    let mut archive = Archive::new(bytes);
    let broken = |error: std::io::Error| bad(archive_path, TAR, &error.to_string());
    let Some(entry) = archive.entries().map_err(broken)?.next() else { return Ok(None) };
    let entry = entry.map_err(broken)?;
    let start = at + entry.raw_file_position();
    let end = start.checked_add(entry.size()).ok_or_else(|| cut_off(archive_path))?;
    Ok(Some(Found { name: file_path(archive_path, TAR, &entry)?, range: start..end }))
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
