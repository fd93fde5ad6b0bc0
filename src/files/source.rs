//! The interface through which every file is read: a size, and ranges of bytes on request.

use std::ops::Range;

use super::FileError;
use crate::pace::LocalFuture;

/// One file's bytes, wherever they lie.
pub trait FileSource {
    /// Size in bytes, known without reading.
    fn len(&self) -> u64;

    /// Whether the file has no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a range can be read without reading all bytes before it. A file that cannot is read once: whole, or
    /// in slices if [`reads_in_order`](Self::reads_in_order) says so.
    fn reads_in_parts(&self) -> bool {
        true
    }

    /// The one path of the file on its disk, however many links lead to it; `None` where that is not known.
    fn place(&self) -> Option<String> {
        None
    }

    /// Whether a range can be read without reading bytes before it again, if the last range read ended where it begins. Such a
    /// file can be read in slices.
    fn reads_in_order(&self) -> bool {
        self.reads_in_parts()
    }

    /// Reads the bytes `range`, which the caller keeps within the file.
    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>>;
}
