//! Some parts of a file in memory, for readers that cannot wait: what they lack is noted, fetched, and they begin again.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use super::slices::{SLICE, read_whole};
use super::{FileError, FileSource};

/// How much is fetched first, in bytes: the end of a ZIP container with its directory, as a rule. Every fetch takes twice as
/// much as the one before, up to a slice.
const FIRST_BLOCK: u64 = 1 << 17;

/// How much of that lies before what is lacking: ZIP readers search backwards.
const BEFORE: u64 = 1 << 16;

/// After so many fetches the file is an odd one, and is read whole.
const MAX_FETCHES: usize = 16;

/// The parts of a file that are at hand, as a reader. Reading another part fails, and is noted.
pub struct Sparse {
    length: u64,
    /// By the position of their first byte.
    parts: BTreeMap<u64, Vec<u8>>,
    position: u64,
    missing: Option<u64>,
}

impl Sparse {
    /// Nothing of a file at hand.
    pub fn new(length: u64) -> Self {
        Self { length, parts: BTreeMap::new(), position: 0, missing: None }
    }

    /// Fetches a part of the file, cut where the file ends.
    ///
    /// # Errors
    /// What the source says.
    pub async fn fetch(&mut self, source: &dyn FileSource, range: Range<u64>) -> Result<(), FileError> {
        let range = range.start.min(self.length)..range.end.min(self.length);
        if !range.is_empty() && (self.at_hand(range.start).len() as u64) < range.end - range.start {
            self.parts.insert(range.start, source.read(range.clone()).await?);
        }
        Ok(())
    }

    /// Lets `read` read until it lacks nothing any more; what it says of a part that is not there does not count.
    ///
    /// # Errors
    /// What the source says; `path` names it.
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

    /// What is there from `position` on.
    fn at_hand(&self, position: u64) -> &[u8] {
        let parts = self.parts.range(..=position).rev();
        let rests = parts.filter_map(|(start, bytes)| bytes.get(usize::try_from(position - start).ok()?..));
        rests.max_by_key(|rest| rest.len()).unwrap_or_default()
    }
}

impl Read for Sparse {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.length || buffer.is_empty() {
            return Ok(0);
        }
        let rest = self.at_hand(self.position);
        let n = rest.len().min(buffer.len());
        if n == 0 {
            self.missing.get_or_insert(self.position);
            return Err(io::Error::other("not read yet"));
        }
        buffer[..n].copy_from_slice(&rest[..n]);
        self.position += n as u64;
        Ok(n)
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        // As a cursor over bytes: any position from the beginning on, also behind the end.
        self.position = position.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}
