//! A file within a file that lies there as it is: the member of an archive that was not packed.

use std::ops::Range;
use std::rc::Rc;

use super::{FileError, FileSource};
use crate::pace::LocalFuture;

/// A range of another file.
pub(super) struct Part {
    pub(super) source: Rc<dyn FileSource>,
    /// Within the other file.
    pub(super) range: Range<u64>,
}

impl FileSource for Part {
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
