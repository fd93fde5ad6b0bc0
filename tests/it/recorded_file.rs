//! A file that records which ranges of it were read, for tests of files that are read in parts.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use maplens::files::{FileError, FileSource};
use maplens::pace::LocalFuture;

/// A file that records which ranges of it were read, and may refuse to be read or end early.
#[derive(Default)]
pub struct RecordedFile {
    /// All bytes of the file.
    pub bytes: Vec<u8>,
    reads: RefCell<Vec<Range<u64>>>,
    /// Number of reads that succeed before all others fail; `None` if none fails.
    pub n_reads_left: Cell<Option<usize>>,
    /// Number of bytes that are left of the file after it was opened.
    pub shrunk_to: Cell<Option<usize>>,
}

impl RecordedFile {
    /// A file of these bytes.
    pub fn new(bytes: Vec<u8>) -> Rc<Self> {
        Rc::new(Self { bytes, ..Self::default() })
    }

    /// The reads since the last call: their number, all their bytes, the bytes of the largest.
    pub fn take_reads(&self) -> (usize, u64, u64) {
        let lengths: Vec<u64> = self.reads.borrow_mut().drain(..).map(|range| range.end - range.start).collect();
        (lengths.len(), lengths.iter().sum(), lengths.iter().copied().max().unwrap_or(0))
    }
}

impl FileSource for RecordedFile {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        self.reads.borrow_mut().push(range.clone());
        let left = self.n_reads_left.get();
        self.n_reads_left.set(left.map(|left| left.saturating_sub(1)));
        let end = self.shrunk_to.get().unwrap_or(usize::MAX).min(range.end as usize);
        let outcome = match left {
            Some(0) => Err(refusal()),
            _ => Ok(self.bytes[end.min(range.start as usize)..end].to_vec()),
        };
        Box::pin(std::future::ready(outcome))
    }
}

/// The error of a refused read.
pub fn refusal() -> FileError {
    FileError::Unreadable { path: "maps/model.pth.tar".to_owned(), reason: "the disk was taken out".to_owned() }
}
