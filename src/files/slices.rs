//! A file from front to back in slices, so that it is never whole in memory. The next slice is requested before the caller
//! works on the current one.

use std::future::poll_fn;
use std::ops::Range;
use std::task::Poll;

use super::{FileError, FileSource};
use crate::pace::LocalFuture;

/// Bytes of a slice: small enough to be in memory twice, large enough that the number of reads does not matter. A multiple of
/// the size of every element type.
pub const SLICE: u64 = 4 << 20;

/// The slices of a range of a file, in order.
pub struct Slices<'s> {
    source: &'s dyn FileSource,
    /// The bytes that were not requested yet.
    rest: Range<u64>,
    requested: Option<PendingSlice<'s>>,
}

impl<'s> Slices<'s> {
    /// The slices of a range that lies within the file. Nothing is read yet.
    pub fn of_range(source: &'s dyn FileSource, range: Range<u64>) -> Self {
        Self { source, rest: range, requested: None }
    }

    /// The slices of the whole file. Nothing is read yet.
    pub fn of(source: &'s dyn FileSource) -> Self {
        Self::of_range(source, 0..source.len())
    }

    /// The next slice, of at most [`SLICE`] bytes; `None` at the end. A file that cannot be read in order is one slice.
    ///
    /// # Errors
    /// The source's error.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, FileError> {
        let Some(slice) = self.requested.take().or_else(|| self.request()) else { return Ok(None) };
        let bytes = slice.bytes().await?;
        self.requested = self.request();
        if let Some(following) = &mut self.requested {
            following.start().await;
        }
        Ok(Some(bytes))
    }

    /// The following slice as a future that was not polled yet; `None` at the end.
    fn request(&mut self) -> Option<PendingSlice<'s>> {
        let length = if self.source.reads_in_order() { SLICE } else { u64::MAX };
        let end = self.rest.end.min(self.rest.start.saturating_add(length));
        let range = self.rest.start..end;
        self.rest.start = end;
        (!range.is_empty()).then(|| PendingSlice::Reading(self.source.read(range)))
    }
}

/// A slice that was requested.
enum PendingSlice<'s> {
    Reading(LocalFuture<'s, Result<Vec<u8>, FileError>>),
    Ready(Result<Vec<u8>, FileError>),
}

impl PendingSlice<'_> {
    /// Polls the source's future once, so that reading begins; a future does nothing before it is polled.
    async fn start(&mut self) {
        poll_fn(|context| {
            if let Self::Reading(future) = self
                && let Poll::Ready(outcome) = future.as_mut().poll(context)
            {
                *self = Self::Ready(outcome);
            }
            Poll::Ready(())
        })
        .await;
    }

    /// Waits for the bytes.
    async fn bytes(self) -> Result<Vec<u8>, FileError> {
        match self {
            Self::Reading(future) => future.await,
            Self::Ready(outcome) => outcome,
        }
    }
}

/// All bytes of a file that fits into memory.
///
/// # Errors
/// The source's error, and [`FileError::TooLarge`] if there is no memory for them.
pub async fn read_whole(path: &str, source: &dyn FileSource) -> Result<Vec<u8>, FileError> {
    if source.len() <= SLICE || !source.reads_in_parts() {
        return source.read(0..source.len()).await;
    }
    let too_large = || FileError::TooLarge { path: path.to_owned(), size: source.len(), limit: usize::MAX as u64 };
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(source.len()).map_err(|_| too_large())?).map_err(|_| too_large())?;
    let mut slices = Slices::of(source);
    while let Some(slice) = slices.next().await? {
        bytes.extend_from_slice(&slice);
    }
    Ok(bytes)
}
