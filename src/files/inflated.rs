//! A deflate stream within a file, as a file of its own: decompressed while it is read, from front to back.

use std::cell::RefCell;
use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::rc::Rc;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::memory::MEMORY_LIMIT;
use super::slices::SLICE;
use super::{FileError, FileSource, SliceReader};
use crate::pace::LocalFuture;

/// Bytes that are decompressed at once.
const BUFFER: usize = 1 << 18;

/// Most bytes that deflate can make of one byte.
pub const MAX_DEFLATE_RATIO: u64 = 1032;

/// A deflate stream and the size and checksum that its content should have. Consecutive ranges continue where the last one
/// ended; an earlier range begins again at the front.
pub struct InflatedFile {
    /// The file and the stream within it, for messages.
    path: String,
    file: Rc<dyn FileSource>,
    /// Position of the stream in the file.
    packed: Range<u64>,
    /// Declared size of the content, in bytes.
    size: u64,
    /// Declared CRC-32 of the content.
    crc: u32,
    /// Where the last read ended, unless that was the end.
    progress: RefCell<Option<Box<Progress>>>,
}

/// A decoder in the middle of its stream.
struct Progress {
    decoder: DeflateDecoder<SliceReader>,
    /// Position in the file of the first byte that the decoder was not given.
    next_packed: u64,
    /// Number of bytes that were decompressed.
    position: u64,
    /// Checksum of these bytes.
    crc: Crc,
}

impl InflatedFile {
    /// The stream at `packed` of `file`, whose content has `size` bytes and the CRC-32 `crc`; `path` stands in messages.
    /// Nothing is read yet.
    pub fn new(path: String, file: Rc<dyn FileSource>, packed: Range<u64>, size: u64, crc: u32) -> Self {
        Self { path, file, packed, size, crc, progress: RefCell::new(None) }
    }

    /// Decompresses up to the end of `range`. The declared size may be wrong, so memory grows only with bytes that are there.
    async fn read_range(&self, range: Range<u64>) -> Result<Vec<u8>, FileError> {
        let n_bytes = range.end.checked_sub(range.start).filter(|_| range.end <= self.size);
        let n_bytes = n_bytes.ok_or(FileError::OutsideFile { start: range.start, end: range.end, size: self.size })?;
        if n_bytes > MEMORY_LIMIT {
            return Err(self.too_large(n_bytes));
        }
        let reached = self.progress.take().filter(|progress| progress.position <= range.start);
        let mut progress = reached.unwrap_or_else(|| Box::new(Progress::new(self.packed.start)));
        let mut bytes = Vec::new();
        let mut buffer = vec![0; BUFFER];
        while progress.position < range.end {
            let wanted = usize::try_from(range.end - progress.position).unwrap_or(BUFFER).min(BUFFER);
            let n = self.next(&mut progress, &mut buffer[..wanted]).await?;
            if n == 0 {
                let n_read = progress.position.saturating_sub(range.start);
                return Err(self.broken(format!("{n_read} bytes instead of {n_bytes}")));
            }
            progress.crc.update(&buffer[..n]);
            let skipped = range.start.saturating_sub(progress.position).min(n as u64) as usize;
            bytes.try_reserve(n - skipped).map_err(|_| self.too_large(n_bytes))?;
            bytes.extend_from_slice(&buffer[skipped..n]);
            progress.position += n as u64;
        }
        if progress.position == self.size {
            self.check_end(&mut progress).await?;
        } else {
            *self.progress.borrow_mut() = Some(progress);
        }
        Ok(bytes)
    }

    /// Decompresses some of the next bytes into `bytes` and gives their number, 0 at the end.
    async fn next(&self, progress: &mut Progress, bytes: &mut [u8]) -> Result<usize, FileError> {
        loop {
            match progress.decoder.read(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let slice = progress.next_packed..self.packed.end.min(progress.next_packed.saturating_add(SLICE));
                    progress.next_packed = slice.end;
                    let slice = if slice.is_empty() { None } else { Some(self.file.read(slice).await?) };
                    progress.decoder.get_mut().supply(slice);
                }
                outcome => return outcome.map_err(|error| self.broken(error.to_string())),
            }
        }
    }

    /// Checks that nothing follows the declared size, and the checksum.
    async fn check_end(&self, progress: &mut Progress) -> Result<(), FileError> {
        if self.next(progress, &mut [0]).await? != 0 {
            return Err(self.broken(format!("more than the {} bytes it declares", self.size)));
        }
        if progress.crc.sum() == self.crc { Ok(()) } else { Err(self.broken("Invalid checksum".to_owned())) }
    }

    fn broken(&self, reason: String) -> FileError {
        FileError::bad_archive(&self.path, "zip", reason)
    }

    fn too_large(&self, size: u64) -> FileError {
        FileError::TooLarge { path: self.path.clone(), size, limit: MEMORY_LIMIT }
    }
}

impl Progress {
    fn new(next_packed: u64) -> Self {
        Self { decoder: DeflateDecoder::new(SliceReader::default()), next_packed, position: 0, crc: Crc::new() }
    }
}

impl FileSource for InflatedFile {
    fn len(&self) -> u64 {
        self.size
    }

    fn reads_in_parts(&self) -> bool {
        false
    }

    fn reads_in_order(&self) -> bool {
        true
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        Box::pin(self.read_range(range))
    }
}
