//! Members of a .zip, decompressed when they are read.

use std::cell::RefCell;
use std::io::{Cursor, Read};
use std::ops::Range;
use std::rc::Rc;

use zip::{CompressionMethod, ZipArchive};

use super::archive::{Member, Members};
use super::memory::{HELD_LIMIT, read_declared};
use super::{FileError, FileSource, LocalFuture, path};

const FORMAT: &str = "zip";

type Archive = ZipArchive<Cursor<SharedBytes>>;

/// The archive's bytes as the ZIP reader wants them.
struct SharedBytes(Rc<Vec<u8>>);

impl AsRef<[u8]> for SharedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The files in a ZIP archive at `archive_path`.
///
/// # Errors
/// If the directory is broken, or if a member is encrypted, packed by an unknown method or would lie outside.
pub(super) fn members(archive_path: &str, bytes: Rc<Vec<u8>>) -> Result<Members, FileError> {
    let archive = ZipArchive::new(Cursor::new(SharedBytes(bytes))).map_err(|error| bad(archive_path, error.to_string()))?;
    let n_members = archive.len();
    let archive = Rc::new(RefCell::new(archive));
    let members = (0..n_members).filter_map(|index| member(archive_path, &archive, index).transpose());
    members.collect()
}

fn member(archive_path: &str, archive: &Rc<RefCell<Archive>>, index: usize) -> Result<Option<Member>, FileError> {
    let directory = archive.borrow();
    let entry = directory.by_index_data(index).map_err(|error| bad(archive_path, error.to_string()))?;
    let raw_name = String::from_utf8_lossy(entry.name_raw()).into_owned();
    let name = entry.name().map_or(raw_name, std::borrow::Cow::into_owned);
    if entry.is_dir() || entry.is_symlink() {
        return Ok(None);
    }
    let Some(clean) = path::of_member(&name)? else { return Ok(None) };
    if entry.encrypted() {
        return Err(bad(archive_path, format!("{name} is encrypted")));
    }
    if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err(bad(archive_path, format!("{name} is packed by the method {}, only deflate is read", entry.compression())));
    }
    let path = format!("{archive_path}/{clean}");
    let source = ZipMember { archive: archive.clone(), index, path, size: entry.size() };
    Ok(Some((clean, Rc::new(source))))
}

fn bad(path: &str, reason: String) -> FileError {
    FileError::BadArchive { path: path.to_owned(), format: FORMAT, reason }
}

struct ZipMember {
    archive: Rc<RefCell<Archive>>,
    index: usize,
    /// For messages.
    path: String,
    /// Size after decompression, as the directory declares it.
    size: u64,
}

impl FileSource for ZipMember {
    fn len(&self) -> u64 {
        self.size
    }

    fn reads_in_parts(&self) -> bool {
        false
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        Box::pin(std::future::ready(self.read_now(&range)))
    }
}

impl ZipMember {
    fn read_now(&self, range: &Range<u64>) -> Result<Vec<u8>, FileError> {
        let n_bytes = range.end.checked_sub(range.start).filter(|_| range.end <= self.size);
        let n_bytes = n_bytes.ok_or(FileError::OutsideFile { start: range.start, end: range.end, size: self.size })?;
        if n_bytes > HELD_LIMIT {
            return Err(FileError::TooLarge { path: self.path.clone(), size: n_bytes, limit: HELD_LIMIT });
        }
        let mut archive = self.archive.borrow_mut();
        let mut member = archive.by_index(self.index).map_err(|error| bad(&self.path, error.to_string()))?;
        let broken = |error: std::io::Error| bad(&self.path, error.to_string());
        std::io::copy(&mut Read::take(&mut member, range.start), &mut std::io::sink()).map_err(broken)?;
        let bytes = read_declared(&mut member, n_bytes).map_err(|fault| fault.in_archive(&self.path, FORMAT, n_bytes))?;
        // Reading on past the end verifies the checksum, and that the member is not longer than it says.
        if range.end == self.size && member.read(&mut [0]).map_err(broken)? != 0 {
            return Err(bad(&self.path, format!("more than the {} bytes it declares", self.size)));
        }
        Ok(bytes)
    }
}
