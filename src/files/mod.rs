//! What the user gave: path → bytes. Folders, archives and single files look alike.
//!
//! A [`FileTree`] lists paths and sizes at once and reads bytes when asked, so that a large dataset folder is never held
//! in memory. Who can read what lies outside ([`FileSource`]): `web` for the browser's `File` objects and the page's own
//! origin, [`MemoryFile`] for bytes at hand, `archive` for members of .zip, .tar and .tar.gz. What is large is read in
//! [`Slices`].

mod archive;
mod arrived;
mod below;
mod memory;
mod part;
mod path;
mod slices;
mod sparse;
mod store;
mod tar_archive;
mod tree;
mod zip_archive;
mod zip_member;

pub use archive::open_uploads;
pub use arrived::Arrived;
pub use below::Below;
pub use memory::{Bytes, HELD_LIMIT, MemoryFile, at_once, held};
pub use slices::{SLICE, Slices, read_whole};
pub use sparse::Sparse;
pub use store::{MemoryStore, Store};
pub use tree::{FileTree, file_name};

use std::ops::Range;

use crate::pace::LocalFuture;

/// One file's bytes, wherever they lie.
pub trait FileSource {
    /// Size in bytes, known without reading.
    fn len(&self) -> u64;

    /// Whether there is nothing to read.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a part can be read without all that lies before it. What cannot is read once, and whole.
    fn reads_in_parts(&self) -> bool {
        true
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

impl FileError {
    /// What the user may do.
    pub fn hint(&self) -> &'static str {
        match self {
            FileError::NotFound { .. } => "give the whole folder again: a file of it has gone",
            FileError::Unwritable { .. } => {
                "free some disk space, forget results that are not needed any more, and see that the folder may be written to"
            }
            FileError::TooLarge { .. } => "give it unpacked, or in smaller parts",
            FileError::BadArchive { .. } => "give a .zip, .tar or .tar.gz, or the unpacked folder",
            _ => "check that the file is complete and may be read, and give it again",
        }
    }
}
