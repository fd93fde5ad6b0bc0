//! Files in memory, and how many bytes of them are allowed.

use std::io::Read;
use std::ops::Range;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::{FileError, FileSource};
use crate::pace::LocalFuture;

/// Most bytes of archives that are in memory at the same time: a tab has 4 GiB of address space, and the networks need the
/// rest.
pub const MEMORY_LIMIT: u64 = 3 << 30;

/// The bytes that are left of [`MEMORY_LIMIT`].
pub(super) struct Allowance {
    left: u64,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { left: MEMORY_LIMIT }
    }
}

impl Allowance {
    /// Reserves `size` bytes for the file at `path`.
    ///
    /// # Errors
    /// [`FileError::TooLarge`] if fewer are left.
    pub(super) fn take(&mut self, path: &str, size: u64) -> Result<(), FileError> {
        let left = self.left.checked_sub(size);
        self.left = left.ok_or_else(|| FileError::TooLarge { path: path.to_owned(), size, limit: self.left })?;
        Ok(())
    }
}

/// A file whose bytes are in memory and may be shared between threads.
pub struct MemoryFile(pub Arc<[u8]>);

impl FileSource for MemoryFile {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        Box::pin(std::future::ready(copy(&self.0, &range)))
    }
}

/// A file whose bytes are in memory; they are not copied.
pub fn memory_file(bytes: impl Into<Rc<Vec<u8>>>) -> Rc<dyn FileSource> {
    let bytes = bytes.into();
    Rc::new(SharedBytes { range: 0..bytes.len(), bytes })
}

/// A file whose bytes are borrowed.
pub struct BorrowedFile<'a>(pub &'a [u8]);

impl FileSource for BorrowedFile<'_> {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        Box::pin(std::future::ready(copy(self.0, &range)))
    }
}

/// The outcome of a future that never has to wait, such as reading a file in memory.
///
/// # Panics
/// If the future is not ready when it is polled first: an error of the program.
pub fn poll_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => unreachable!("files in memory are read without waiting"),
    }
}

/// A file that is a range of bytes that others share.
struct SharedBytes {
    bytes: Rc<Vec<u8>>,
    range: Range<usize>,
}

impl FileSource for SharedBytes {
    fn len(&self) -> u64 {
        self.range.len() as u64
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        let part = self.bytes.get(self.range.clone()).unwrap_or_default();
        Box::pin(std::future::ready(copy(part, &range)))
    }
}

/// The bytes `range` of a file in memory.
fn copy(bytes: &[u8], range: &Range<u64>) -> Result<Vec<u8>, FileError> {
    let outside = FileError::OutsideFile { start: range.start, end: range.end, size: bytes.len() as u64 };
    let (Ok(start), Ok(end)) = (usize::try_from(range.start), usize::try_from(range.end)) else { return Err(outside) };
    bytes.get(start..end).map(<[u8]>::to_vec).ok_or(outside)
}

/// Why a declared number of bytes could not be read.
pub(super) enum ReadFault {
    /// There is no memory for them.
    Memory,
    /// The stream ended after this many bytes.
    Short(u64),
    /// The decoder reported damage.
    Broken(std::io::Error),
}

/// Reads exactly `size` bytes. The size comes from a header that may be wrong, so memory grows only with the bytes
/// that are there.
pub(super) fn read_declared(reader: &mut dyn Read, size: u64) -> Result<Vec<u8>, ReadFault> {
    const FIRST_PART: u64 = 1 << 20;
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < size {
        let n_read = bytes.len() as u64;
        let part = (size - n_read).min(n_read.max(FIRST_PART));
        bytes.try_reserve_exact(usize::try_from(part).map_err(|_| ReadFault::Memory)?).map_err(|_| ReadFault::Memory)?;
        if Read::take(&mut *reader, part).read_to_end(&mut bytes).map_err(ReadFault::Broken)? == 0 {
            return Err(ReadFault::Short(n_read));
        }
    }
    Ok(bytes)
}

impl ReadFault {
    /// The error to report for the member at `path` of an archive, whose header declares `size` bytes.
    pub(super) fn in_archive(self, path: &str, format: &'static str, size: u64) -> FileError {
        let reason = match self {
            Self::Memory => return FileError::TooLarge { path: path.to_owned(), size, limit: MEMORY_LIMIT },
            Self::Short(n_read) => format!("{n_read} bytes instead of {size}"),
            Self::Broken(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => "it is cut off".to_owned(),
            Self::Broken(error) => error.to_string(),
        };
        FileError::bad_archive(path, format, reason)
    }
}
