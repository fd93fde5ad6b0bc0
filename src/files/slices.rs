//! A file from front to back in slices, so that it is never held whole; the next slice is on its way while one is worked on.

use std::future::poll_fn;
use std::ops::Range;
use std::task::Poll;

use super::{FileError, FileSource};
use crate::pace::LocalFuture;

/// Bytes of a slice: few enough to be held twice, enough that the number of reads does not count. A multiple of every
/// element's size.
pub const SLICE: u64 = 4 << 20;

/// The slices of a range of a file, in order.
pub struct Slices<'s> {
    source: &'s dyn FileSource,
    rest: Range<u64>,
    coming: Option<Coming<'s>>,
}

impl<'s> Slices<'s> {
    /// Those of a range that lies within the file. Nothing is read yet.
    pub fn of_range(source: &'s dyn FileSource, range: Range<u64>) -> Self {
        Self { source, rest: range, coming: None }
    }

    /// Those of the whole file.
    pub fn of(source: &'s dyn FileSource) -> Self {
        Self::of_range(source, 0..source.len())
    }

    /// The next slice, of at most [`SLICE`] bytes; `None` at the end. A file that cannot be read in parts comes as one slice.
    ///
    /// # Errors
    /// What the source says.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, FileError> {
        let Some(coming) = self.coming.take().or_else(|| self.request()) else { return Ok(None) };
        let bytes = coming.arrival().await?;
        self.coming = self.request();
        if let Some(coming) = &mut self.coming {
            coming.begin().await;
        }
        Ok(Some(bytes))
    }

    fn request(&mut self) -> Option<Coming<'s>> {
        let length = if self.source.reads_in_parts() { SLICE } else { u64::MAX };
        let end = self.rest.end.min(self.rest.start.saturating_add(length));
        let range = self.rest.start..end;
        self.rest.start = end;
        (!range.is_empty()).then(|| Coming::Asked(self.source.read(range)))
    }
}

/// A slice that was asked for.
enum Coming<'s> {
    Asked(LocalFuture<'s, Result<Vec<u8>, FileError>>),
    Here(Result<Vec<u8>, FileError>),
}

impl Coming<'_> {
    /// Lets the source set to work, without waiting for it: a future does nothing before it is polled.
    async fn begin(&mut self) {
        poll_fn(|context| {
            if let Self::Asked(future) = self
                && let Poll::Ready(outcome) = future.as_mut().poll(context)
            {
                *self = Self::Here(outcome);
            }
            Poll::Ready(())
        })
        .await;
    }

    async fn arrival(self) -> Result<Vec<u8>, FileError> {
        match self {
            Self::Asked(future) => future.await,
            Self::Here(outcome) => outcome,
        }
    }
}

/// All bytes of a file that fits into memory.
///
/// # Errors
/// What the source says, and [`FileError::TooLarge`] if there is no memory for them.
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
