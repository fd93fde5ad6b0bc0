//! A folder of a store as a store of its own.

use super::{FileError, Store};
use crate::pace::LocalFuture;

/// The files below one folder of another store; its paths are relative to that folder.
pub struct SubfolderStore<'s> {
    store: &'s dyn Store,
    folder: String,
}

impl<'s> SubfolderStore<'s> {
    /// A store whose root is `folder` of `store`; an empty `folder` is the whole store.
    pub fn new(store: &'s dyn Store, folder: &str) -> Self {
        Self { store, folder: folder.to_owned() }
    }

    /// The path in the outer store.
    fn outer_path(&self, path: &str) -> String {
        super::path::join(&self.folder, path)
    }
}

impl Store for SubfolderStore<'_> {
    fn write<'a>(&'a self, path: &'a str, bytes: &'a [u8]) -> LocalFuture<'a, Result<(), FileError>> {
        Box::pin(async move { self.store.write(&self.outer_path(path), bytes).await })
    }

    fn append<'a>(&'a self, path: &'a str, bytes: &'a [u8]) -> LocalFuture<'a, Result<(), FileError>> {
        Box::pin(async move { self.store.append(&self.outer_path(path), bytes).await })
    }

    fn read<'a>(&'a self, path: &'a str) -> LocalFuture<'a, Result<Option<Vec<u8>>, FileError>> {
        Box::pin(async move { self.store.read(&self.outer_path(path)).await })
    }

    fn list<'a>(&'a self, folder: &'a str) -> LocalFuture<'a, Result<Vec<(String, u64)>, FileError>> {
        Box::pin(async move {
            let files = self.store.list(&self.outer_path(folder)).await?;
            let prefix = if self.folder.is_empty() { String::new() } else { format!("{}/", self.folder) };
            Ok(files.into_iter().filter_map(|(path, size)| Some((path.strip_prefix(&prefix)?.to_owned(), size))).collect())
        })
    }

    fn remove<'a>(&'a self, path: &'a str) -> LocalFuture<'a, Result<(), FileError>> {
        Box::pin(async move { self.store.remove(&self.outer_path(path)).await })
    }
}
