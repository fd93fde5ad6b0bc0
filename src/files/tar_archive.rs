//! Members of a .tar as ranges of it, and of a .tar.gz, all decompressed at once because gzip cannot be read out of order.

use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::rc::Rc;

use flate2::read::MultiGzDecoder;
use tar::{Archive, Entry};

use super::file_range::FileRange;
use super::member::Members;
use super::memory::{Allowance, memory_file, read_declared};
use super::unreadable_member::{MemberList, UnreadableMember};
use super::{FileError, FileSource, path, stand_in};

const TAR: &str = "tar";
const TAR_GZ: &str = "tar.gz";
const CUT_OFF: &str = "it is cut off";
/// The tar crate's words for a header of which only a part is there.
const SHORT_BLOCK: &str = "failed to read entire block";
/// Headers and contents begin at multiples of this.
const BLOCK: u64 = 512;
/// Bytes that are read for a header; they hold the headers of the small members behind it, too.
const WINDOW: u64 = 1 << 16;
/// Most bytes that are read for one header: one with a longer name or longer attributes is broken.
const MAX_WINDOW: u64 = 1 << 22;

/// The files in the uncompressed archive at `archive_path`; only headers are read.
///
/// # Errors
/// If the archive is broken or cut, if a member would lie outside, or if it cannot be read.
pub(super) async fn members(archive_path: &str, source: &Rc<dyn FileSource>) -> Result<Members, FileError> {
    let mut members = MemberList::default();
    let mut window = ReadWindow { start: 0, bytes: Vec::new() };
    let mut end = 0_u64;
    loop {
        let at = end.next_multiple_of(BLOCK);
        let Some(next) = window.next_file(archive_path, source.as_ref(), at).await? else { break };
        end = next.range.end;
        if end > source.len() {
            return Err(cut_off(archive_path));
        }
        match next.content {
            EntryContent::Dropped => {}
            EntryContent::File(name) => members.add(name, Rc::new(FileRange { source: source.clone(), range: next.range })),
            EntryContent::Pointer(name, target) => members.add(name, memory_file(target)),
            EntryContent::Sparse(name) => members.add_unreadable(name.clone(), sparse(archive_path, &name, &next.range)),
        }
    }
    // Zero blocks should follow. Some programs leave them out, and GNU tar reads such an archive, too; but one whose last block is
    // not whole was cut.
    if end.next_multiple_of(BLOCK) > source.len() {
        return Err(cut_off(archive_path));
    }
    members.finish()
}

/// A member and the bytes of the archive that are its content.
struct TarEntry {
    content: EntryContent,
    range: Range<u64>,
}

/// What an entry is, with its clean path within the archive.
enum EntryContent {
    /// A folder, a link, or a file that operating systems add.
    Dropped,
    /// A regular file.
    File(String),
    /// A link into git-annex, which stands for a file that the user expects, and its target.
    Pointer(String, Vec<u8>),
    /// A file with holes, which cannot be read.
    Sparse(String),
}

fn sparse(archive_path: &str, name: &str, range: &Range<u64>) -> UnreadableMember {
    UnreadableMember::new(format!("{archive_path}/{name}"), range.end - range.start, "stored with holes (sparse)".to_owned())
}

/// The bytes of the archive that were read last.
struct ReadWindow {
    /// Position of the first byte in the archive.
    start: u64,
    bytes: Vec<u8>,
}

impl ReadWindow {
    /// The member whose headers begin at byte `at` of the archive; `None` at its end.
    async fn next_file(&mut self, archive_path: &str, source: &dyn FileSource, at: u64) -> Result<Option<TarEntry>, FileError> {
        if at >= source.len() {
            return Ok(None);
        }
        let mut length = WINDOW;
        loop {
            let known = at.checked_sub(self.start).and_then(|skipped| self.bytes.get(usize::try_from(skipped).ok()?..));
            let is_rest = self.start + self.bytes.len() as u64 >= source.len();
            match known.map(|bytes| first_file(archive_path, bytes, at)) {
                // A header that the window cuts looks like the end, or broken: a longer window decides.
                Some(Ok(Some(found))) => return Ok(Some(found)),
                Some(outcome) if is_rest || length > MAX_WINDOW => return outcome,
                _ => {}
            }
            (self.start, self.bytes) = (at, source.read(at..(at + length).min(source.len())).await?);
            length *= 8;
        }
    }
}

/// The first member in `bytes`, which are the archive's from byte `at` on.
fn first_file(archive_path: &str, bytes: &[u8], at: u64) -> Result<Option<TarEntry>, FileError> {
    let mut archive = Archive::new(bytes);
    let broken = |error: std::io::Error| broken(archive_path, TAR, &error);
    let Some(entry) = archive.entries().map_err(broken)?.next() else { return Ok(None) };
    let entry = entry.map_err(broken)?;
    let start = at + entry.raw_file_position();
    let end = start.checked_add(entry.size()).ok_or_else(|| cut_off(archive_path))?;
    Ok(Some(TarEntry { content: content_of(&entry)?, range: start..end }))
}

fn cut_off(archive_path: &str) -> FileError {
    FileError::bad_archive(archive_path, TAR, CUT_OFF)
}

/// The error of an archive that cannot be read on.
fn broken(archive_path: &str, format: &'static str, error: &std::io::Error) -> FileError {
    let reason = error.to_string();
    let is_cut = error.kind() == ErrorKind::UnexpectedEof || reason == SHORT_BLOCK;
    FileError::bad_archive(archive_path, format, if is_cut { CUT_OFF.to_owned() } else { reason })
}

/// The files in the compressed archive at `archive_path`, all decompressed.
///
/// # Errors
/// If the archive is broken or cut, if a member would lie outside, or if they exceed the allowance.
pub(super) fn compressed_members(archive_path: &str, bytes: &[u8], allowance: &mut Allowance) -> Result<Members, FileError> {
    let mut archive = Archive::new(MultiGzDecoder::new(bytes));
    let entries = archive.entries().map_err(|error| broken(archive_path, TAR_GZ, &error))?;
    let mut members = MemberList::default();
    for entry in entries {
        let mut entry = entry.map_err(|error| broken(archive_path, TAR_GZ, &error))?;
        let size = entry.size();
        // Members that are dropped count as well: they have to be decompressed all the same.
        allowance.take(archive_path, size)?;
        match content_of(&entry)? {
            EntryContent::Dropped => {}
            EntryContent::File(name) => {
                let member_path = format!("{archive_path}/{name}");
                let bytes = read_declared(&mut entry, size).map_err(|fault| fault.in_archive(&member_path, TAR_GZ, size))?;
                members.add(name, memory_file(bytes));
            }
            EntryContent::Pointer(name, target) => members.add(name, memory_file(target)),
            EntryContent::Sparse(name) => members.add_unreadable(name.clone(), sparse(archive_path, &name, &(0..size))),
        }
    }
    verify_end(archive_path, archive.into_inner())?;
    members.finish()
}

/// Reads the padding behind the last member, so that the decoder reaches and verifies the checksum.
fn verify_end(archive_path: &str, rest: MultiGzDecoder<&[u8]>) -> Result<(), FileError> {
    const PADDING: u64 = 1 << 20;
    let read = std::io::copy(&mut rest.take(PADDING), &mut std::io::sink());
    read.map(drop).map_err(|error| broken(archive_path, TAR_GZ, &error))
}

/// What an entry is.
fn content_of<R: Read>(entry: &Entry<'_, R>) -> Result<EntryContent, FileError> {
    let kind = entry.header().entry_type();
    let link = || entry.link_name_bytes().map(std::borrow::Cow::into_owned).filter(|target| !target.is_empty());
    let pointer = if kind.is_symlink() { link().filter(|target| stand_in(target).is_some()) } else { None };
    if !(kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() || pointer.is_some()) {
        return Ok(EntryContent::Dropped);
    }
    let name = path::of_member(&String::from_utf8_lossy(&entry.path_bytes()))?;
    Ok(match (name, pointer) {
        (None, _) => EntryContent::Dropped,
        (Some(name), Some(target)) => EntryContent::Pointer(name, target),
        (Some(name), None) if kind.is_gnu_sparse() => EntryContent::Sparse(name),
        (Some(name), None) => EntryContent::File(name),
    })
}
