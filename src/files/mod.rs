//! What the user gave: path → bytes. Folders, archives and single files look alike.
//!
//! A [`FileTree`] lists paths and sizes at once and reads bytes when asked, so that a large dataset folder is never held
//! in memory. Who can read what lies outside ([`FileSource`]): `web` for the browser's `File` objects and the page's own
//! origin, [`MemoryFile`] for bytes at hand, `archive` for members of .zip, .tar and .tar.gz.

mod archive;
mod below;
mod memory;
mod path;
mod store;
mod tar_archive;
mod tree;
mod zip_archive;

pub use archive::open_uploads;
pub use below::Below;
pub use memory::{HELD_LIMIT, MemoryFile};
pub use store::{MemoryStore, Store};
pub use tree::{FileTree, file_name};

use std::future::Future;
use std::ops::Range;
use std::pin::Pin;

/// A future that need not be `Send`: everything here runs on one thread.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// One file's bytes, wherever they lie.
pub trait FileSource {
    /// Size in bytes, known without reading.
    fn len(&self) -> u64;

    /// Whether there is nothing to read.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads `range` of the file; the range lies within the file.
    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>>;
}

/// Why bytes could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// No such path.
    #[error("{path}: no such file among those that were given")]
    NotFound {
        /// The path asked for.
        path: String,
    },
    /// The browser or the disk refused.
    #[error("{path}: could not be read ({reason})")]
    Unreadable {
        /// The file.
        path: String,
        /// The refusal in the platform's words.
        reason: String,
    },
    /// The browser or the disk refused to keep it.
    #[error("{path}: could not be written ({reason})")]
    Unwritable {
        /// The file.
        path: String,
        /// The refusal in the platform's words.
        reason: String,
    },
    /// Larger than this program is ready to hold.
    #[error("{path}: {size} bytes, but at most {limit} can be held in memory")]
    TooLarge {
        /// The file.
        path: String,
        /// Its declared size.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// A path that is absolute or leads out of its folder.
    #[error("{path}: a path that leads out of the folder is not accepted")]
    UnsafePath {
        /// The path as given.
        path: String,
    },
    /// Bytes beyond the end were asked for.
    #[error("bytes {start} to {end} were asked of a file of {size} bytes")]
    OutsideFile {
        /// First byte asked for.
        start: u64,
        /// Behind the last byte asked for.
        end: u64,
        /// Size of the file.
        size: u64,
    },
    /// Not the archive its name says, or a broken one.
    #[error("{path}: not a readable {format} archive ({reason})")]
    BadArchive {
        /// The archive.
        path: String,
        /// `zip`, `tar` or `tar.gz`.
        format: &'static str,
        /// What is wrong.
        reason: String,
    },
}
