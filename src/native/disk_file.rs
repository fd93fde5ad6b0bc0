//! A file of the machine as a source of bytes.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::files::{FileError, FileSource};
use crate::pace::LocalFuture;

/// A file that is opened when it is read.
pub(super) struct DiskFile {
    pub path: PathBuf,
    pub size: u64,
}

impl FileSource for DiskFile {
    fn len(&self) -> u64 {
        self.size
    }

    fn place(&self) -> Option<String> {
        self.path.canonicalize().ok().map(|path| path.to_string_lossy().into_owned())
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        let read = || {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(range.start))?;
            let mut bytes = Vec::new();
            file.take(range.end - range.start).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        Box::pin(std::future::ready(read().map_err(|error: std::io::Error| unreadable(&self.path, &error))))
    }
}

/// The error of a path that cannot be read.
pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> FileError {
    FileError::Unreadable { path: path.display().to_string(), reason: error.to_string() }
}
