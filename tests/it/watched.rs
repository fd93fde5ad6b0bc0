//! A file that tells what was read of it, for tests of what is read in parts.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use maplens::files::{FileError, FileSource};
use maplens::pace::LocalFuture;

/// A file that remembers what was read of it, and may refuse or end early.
#[derive(Default)]
pub struct Watched {
    /// All of it.
    pub bytes: Vec<u8>,
    reads: RefCell<Vec<Range<u64>>>,
    /// Reads that are left before it refuses.
    pub patience: Cell<Option<usize>>,
    /// Where it ends, whatever its length was when it was opened.
    pub shrunk_to: Cell<Option<usize>>,
}

impl Watched {
    /// Of these bytes.
    pub fn new(bytes: Vec<u8>) -> Rc<Self> {
        Rc::new(Self { bytes, ..Self::default() })
    }

    /// What was read since the last time: number of reads, their bytes, the bytes of the largest.
    pub fn take_reads(&self) -> (usize, u64, u64) {
        let lengths: Vec<u64> = self.reads.borrow_mut().drain(..).map(|range| range.end - range.start).collect();
        (lengths.len(), lengths.iter().sum(), lengths.iter().copied().max().unwrap_or(0))
    }
}

impl FileSource for Watched {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        self.reads.borrow_mut().push(range.clone());
        let left = self.patience.get();
        self.patience.set(left.map(|left| left.saturating_sub(1)));
        let end = self.shrunk_to.get().unwrap_or(usize::MAX).min(range.end as usize);
        let outcome = match left {
            Some(0) => Err(refusal()),
            _ => Ok(self.bytes[end.min(range.start as usize)..end].to_vec()),
        };
        Box::pin(std::future::ready(outcome))
    }
}

/// What it says when it refuses.
pub fn refusal() -> FileError {
    FileError::Unreadable { path: "maps/model.pth.tar".to_owned(), reason: "the disk was taken out".to_owned() }
}
