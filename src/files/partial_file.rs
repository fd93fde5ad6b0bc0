//! Some ranges of a file in memory, for readers that cannot wait: the first missing byte is recorded, a range around it is
//! fetched, and the reader begins again.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use super::slices::{SLICE, read_whole};
use super::{FileError, FileSource};

/// Bytes of the first fetch: as a rule, the end of a ZIP container with its directory. Every fetch is twice as large as the
/// one before, up to a slice.
const FIRST_BLOCK: u64 = 1 << 17;

/// Bytes of a fetch that lie before the missing byte: ZIP readers search backwards.
const BEFORE: u64 = 1 << 16;

/// Number of fetches after which the file is read whole: no well-formed directory needs as many.
const MAX_FETCHES: usize = 16;

/// The ranges of a file that were fetched, as a reader. Reading elsewhere fails, and the position is recorded.
pub struct PartialFile {
    /// Size of the file in bytes.
    length: u64,
    /// Fetched bytes by the position of their first byte.
    parts: BTreeMap<u64, Vec<u8>>,
    position: u64,
    /// The first position that was read without having been fetched.
    missing: Option<u64>,
}

impl PartialFile {
    /// A file of `length` bytes of which nothing was fetched yet.
    pub fn new(length: u64) -> Self {
        Self { length, parts: BTreeMap::new(), position: 0, missing: None }
    }

    /// Fetches the bytes `range`, cut where the file ends.
    ///
    /// # Errors
    /// The source's error.
    pub async fn fetch(&mut self, source: &dyn FileSource, range: Range<u64>) -> Result<(), FileError> {
        let range = range.start.min(self.length)..range.end.min(self.length);
        if !range.is_empty() && (self.fetched_from(range.start).len() as u64) < range.end - range.start {
            self.parts.insert(range.start, source.read(range.clone()).await?);
        }
        Ok(())
    }

    /// Calls `read` again and again, fetching what it lacked, until it lacks nothing; gives the result of the last call.
    ///
    /// # Errors
    /// The source's error; `path` names the file in it.
    pub async fn complete<T>(
        &mut self,
        (path, source): (&str, &dyn FileSource),
        mut read: impl FnMut(&mut Self) -> T,
    ) -> Result<T, FileError> {
        let mut n_fetches = 0;
        loop {
            (self.position, self.missing) = (0, None);
            let outcome = read(self);
            match self.missing {
                None => return Ok(outcome),
                Some(_) if n_fetches == MAX_FETCHES => {
                    let bytes = read_whole(path, source).await?;
                    self.length = bytes.len() as u64;
                    self.parts = BTreeMap::from([(0, bytes)]);
                }
                Some(at) => {
                    let block = SLICE.min(FIRST_BLOCK << n_fetches);
                    let start = at.saturating_sub(BEFORE).min(self.length.saturating_sub(block));
                    self.fetch(source, start..start + block).await?;
                }
            }
            n_fetches += 1;
        }
    }

    /// The longest run of fetched bytes from `position` on; empty where that byte is missing.
    fn fetched_from(&self, position: u64) -> &[u8] {
        let parts = self.parts.range(..=position).rev();
        let rests = parts.filter_map(|(start, bytes)| bytes.get(usize::try_from(position - start).ok()?..));
        rests.max_by_key(|rest| rest.len()).unwrap_or_default()
    }
}

impl Read for PartialFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.length || buffer.is_empty() {
            return Ok(0);
        }
        let rest = self.fetched_from(self.position);
        let n = rest.len().min(buffer.len());
        if n == 0 {
            self.missing.get_or_insert(self.position);
            return Err(io::Error::other("not fetched yet"));
        }
        buffer[..n].copy_from_slice(&rest[..n]);
        self.position += n as u64;
        Ok(n)
    }
}

impl Seek for PartialFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        // Any position from the beginning on is accepted, also behind the end, as in `io::Cursor`.
        self.position = position.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}
