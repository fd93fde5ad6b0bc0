//! Bytes that are held in memory, and how many may be.

use std::io::Read;
use std::ops::Range;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::{FileError, FileSource};
use crate::pace::LocalFuture;

/// Bytes of archives that are held at the same time: a tab has 4 GiB of address space, and the networks need the rest.
pub const HELD_LIMIT: u64 = 3 << 30;

/// How much more of [`HELD_LIMIT`] may be taken.
pub(super) struct Allowance {
    left: u64,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { left: HELD_LIMIT }
    }
}

impl Allowance {
    /// Takes `size` bytes for a file.
    ///
    /// # Errors
    /// If they are not left.
    pub(super) fn take(&mut self, path: &str, size: u64) -> Result<(), FileError> {
        let left = self.left.checked_sub(size);
        self.left = left.ok_or_else(|| FileError::TooLarge { path: path.to_owned(), size, limit: self.left })?;
        Ok(())
    }
}

/// Bytes at hand.
pub struct MemoryFile(pub Arc<[u8]>);

impl FileSource for MemoryFile {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        Box::pin(std::future::ready(copy(&self.0, &range)))
    }
}

/// Bytes as a file, without copying them.
pub fn held(bytes: impl Into<Rc<Vec<u8>>>) -> Rc<dyn FileSource> {
    let bytes = bytes.into();
    Rc::new(SharedPart { range: 0..bytes.len(), bytes })
}

/// Bytes of somebody else's.
pub struct Bytes<'a>(pub &'a [u8]);

impl FileSource for Bytes<'_> {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        Box::pin(std::future::ready(copy(self.0, &range)))
    }
}

/// What a future gives that has nothing to wait for, such as reading bytes at hand.
///
/// # Panics
/// If it waits all the same: an error of the program.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => unreachable!("bytes at hand are not waited for"),
    }
}

/// A part of bytes that others share.
pub(super) struct SharedPart {
    pub(super) bytes: Rc<Vec<u8>>,
    pub(super) range: Range<usize>,
}

impl FileSource for SharedPart {
    fn len(&self) -> u64 {
        self.range.len() as u64
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        let part = self.bytes.get(self.range.clone()).unwrap_or_default();
        Box::pin(std::future::ready(copy(part, &range)))
    }
}

fn copy(bytes: &[u8], range: &Range<u64>) -> Result<Vec<u8>, FileError> {
    let outside = FileError::OutsideFile { start: range.start, end: range.end, size: bytes.len() as u64 };
    let (Ok(start), Ok(end)) = (usize::try_from(range.start), usize::try_from(range.end)) else { return Err(outside) };
    bytes.get(start..end).map(<[u8]>::to_vec).ok_or(outside)
}

/// Why a declared number of bytes could not be read.
pub(super) enum ReadFault {
    /// No memory for them.
    Memory,
    /// Fewer were there.
    Short(u64),
    /// The decoder gave up.
    Broken(std::io::Error),
}

/// Reads exactly `size` bytes. The size comes from a header that may lie, so memory grows only with what is really there.
pub(super) fn read_declared(reader: &mut dyn Read, size: u64) -> Result<Vec<u8>, ReadFault> {
    const FIRST_STEP: u64 = 1 << 20;
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < size {
        let n_read = bytes.len() as u64;
        let step = (size - n_read).min(n_read.max(FIRST_STEP));
        bytes.try_reserve_exact(usize::try_from(step).map_err(|_| ReadFault::Memory)?).map_err(|_| ReadFault::Memory)?;
        if Read::take(&mut *reader, step).read_to_end(&mut bytes).map_err(ReadFault::Broken)? == 0 {
            return Err(ReadFault::Short(n_read));
        }
    }
    Ok(bytes)
}

impl ReadFault {
    /// The error to report for an archive's member.
    pub(super) fn in_archive(self, path: &str, format: &'static str, size: u64) -> FileError {
        let reason = match self {
            Self::Memory => return FileError::TooLarge { path: path.to_owned(), size, limit: HELD_LIMIT },
            Self::Short(n_read) => format!("{n_read} bytes instead of {size}"),
            Self::Broken(error) => error.to_string(),
        };
        FileError::BadArchive { path: path.to_owned(), format, reason }
    }
}
