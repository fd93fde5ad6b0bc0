//! A range of a file as a file of its own: the member of an archive that is stored without compression.

use std::ops::Range;
use std::rc::Rc;

use super::{FileError, FileSource};
use crate::pace::LocalFuture;

/// The bytes `range` of `source`.
pub(super) struct FileRange {
    pub(super) source: Rc<dyn FileSource>,
    /// Position within `source`, in bytes.
    pub(super) range: Range<u64>,
}

impl FileSource for FileRange {
    fn len(&self) -> u64 {
        self.range.end - self.range.start
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        if range.start > range.end || range.end > self.len() {
            let outside = FileError::OutsideFile { start: range.start, end: range.end, size: self.len() };
            return Box::pin(std::future::ready(Err(outside)));
        }
        self.source.read(self.range.start + range.start..self.range.start + range.end)
    }
}
