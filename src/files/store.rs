//! Where results are kept: a folder of the machine, the browser's own storage, or memory.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::FileError;
use crate::pace::LocalFuture;

/// Files that outlive a run. Paths are relative, `/`-separated; a folder exists as long as there are files in it.
pub trait Store {
    /// Writes a file, replacing what was there. Where the platform guarantees it, an interruption leaves either the old or
    /// the new file.
    fn write<'a>(&'a self, path: &'a str, bytes: &'a [u8]) -> LocalFuture<'a, Result<(), FileError>>;

    /// Appends bytes to a file, which is created where there is none.
    fn append<'a>(&'a self, path: &'a str, bytes: &'a [u8]) -> LocalFuture<'a, Result<(), FileError>>;

    /// The bytes of a file, or `None` where there is none.
    fn read<'a>(&'a self, path: &'a str) -> LocalFuture<'a, Result<Option<Vec<u8>>, FileError>>;

    /// Paths (from the top of the store) and sizes in bytes of all files below a folder, sorted by path; empty where there
    /// is no such folder.
    fn list<'a>(&'a self, folder: &'a str) -> LocalFuture<'a, Result<Vec<(String, u64)>, FileError>>;

    /// Removes a file, or a folder with all below it; nothing happens where there is none.
    fn remove<'a>(&'a self, path: &'a str) -> LocalFuture<'a, Result<(), FileError>>;
}

/// Files in memory: for tests, and where a browser offers no storage.
#[derive(Default)]
pub struct MemoryStore(RefCell<BTreeMap<String, Vec<u8>>>);

impl Store for MemoryStore {
    fn write<'a>(&'a self, path: &'a str, bytes: &'a [u8]) -> LocalFuture<'a, Result<(), FileError>> {
        self.0.borrow_mut().insert(path.to_owned(), bytes.to_vec());
        Box::pin(std::future::ready(Ok(())))
    }

    fn append<'a>(&'a self, path: &'a str, bytes: &'a [u8]) -> LocalFuture<'a, Result<(), FileError>> {
        self.0.borrow_mut().entry(path.to_owned()).or_default().extend_from_slice(bytes);
        Box::pin(std::future::ready(Ok(())))
    }

    fn read<'a>(&'a self, path: &'a str) -> LocalFuture<'a, Result<Option<Vec<u8>>, FileError>> {
        Box::pin(std::future::ready(Ok(self.0.borrow().get(path).cloned())))
    }

    fn list<'a>(&'a self, folder: &'a str) -> LocalFuture<'a, Result<Vec<(String, u64)>, FileError>> {
        let files = self.0.borrow();
        let below = files.iter().filter(|(path, _)| is_below(path, folder)).map(|(path, bytes)| (path.clone(), bytes.len() as u64));
        Box::pin(std::future::ready(Ok(below.collect())))
    }

    fn remove<'a>(&'a self, path: &'a str) -> LocalFuture<'a, Result<(), FileError>> {
        self.0.borrow_mut().retain(|file, _| file != path && !is_below(file, path));
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Whether a file lies somewhere below a folder; everything lies below the empty one.
fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
