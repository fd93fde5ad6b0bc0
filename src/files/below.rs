//! A folder of a store, as a store of its own.

use super::{FileError, Store};
use crate::pace::LocalFuture;

/// Everything below `folder` of another store.
pub struct Below<'s> {
    store: &'s dyn Store,
    folder: String,
}

impl<'s> Below<'s> {
    /// Paths are those below `folder`; an empty folder is the whole store.
    pub fn new(store: &'s dyn Store, folder: &str) -> Self {
        Self { store, folder: folder.to_owned() }
    }

    fn at(&self, path: &str) -> String {
        super::path::join(&self.folder, path)
    }
}

impl Store for Below<'_> {
    fn write<'a>(&'a self, path: &'a str, bytes: &'a [u8]) -> LocalFuture<'a, Result<(), FileError>> {
        Box::pin(async move { self.store.write(&self.at(path), bytes).await })
    }

    fn append<'a>(&'a self, path: &'a str, bytes: &'a [u8]) -> LocalFuture<'a, Result<(), FileError>> {
        Box::pin(async move { self.store.append(&self.at(path), bytes).await })
    }

    fn read<'a>(&'a self, path: &'a str) -> LocalFuture<'a, Result<Option<Vec<u8>>, FileError>> {
        Box::pin(async move { self.store.read(&self.at(path)).await })
    }

    fn list<'a>(&'a self, folder: &'a str) -> LocalFuture<'a, Result<Vec<(String, u64)>, FileError>> {
        Box::pin(async move {
            let files = self.store.list(&self.at(folder)).await?;
            let prefix = if self.folder.is_empty() { String::new() } else { format!("{}/", self.folder) };
            Ok(files.into_iter().filter_map(|(path, size)| Some((path.strip_prefix(&prefix)?.to_owned(), size))).collect())
        })
    }

    fn remove<'a>(&'a self, path: &'a str) -> LocalFuture<'a, Result<(), FileError>> {
        Box::pin(async move { self.store.remove(&self.at(path)).await })
    }
}
