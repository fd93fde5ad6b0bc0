//! The files that the user gave: path → bytes. Folders, archives and single files look alike.
//!
//! A [`FileTree`] lists paths and sizes at once and reads bytes on request, so that a large dataset folder is never held in
//! memory. Whatever holds bytes is a [`FileSource`]: in `web` the browser's `File` objects and the page's own origin, in
//! `native` files of the disk, here [`MemoryFile`] and the members of .zip, .tar and .tar.gz. Large files are read in
//! [`Slices`].

mod archive;
mod archive_kind;
mod error;
mod file_range;
mod inflated;
mod member;
mod memory;
mod partial_file;
mod path;
mod slice_reader;
mod slices;
mod source;
mod stand_in;
mod store;
mod subfolder_store;
mod tar_archive;
mod tree;
mod unreadable_member;
mod zip_archive;
mod zip_member;

pub use archive::open_uploads;
pub use error::FileError;
pub use inflated::{InflatedFile, MAX_DEFLATE_RATIO};
pub use memory::{BorrowedFile, MEMORY_LIMIT, MemoryFile, memory_file, poll_once};
pub use partial_file::PartialFile;
pub use path::{is_passed_over, is_upload_passed_over};
pub use slice_reader::SliceReader;
pub use slices::{SLICE, Slices, read_whole};
pub use source::FileSource;
pub use stand_in::stand_in;
pub use store::{MemoryStore, Store};
pub use subfolder_store::SubfolderStore;
pub use tree::{FileTree, file_name};
