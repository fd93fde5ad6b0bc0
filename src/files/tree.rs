//! The tree of everything given, sorted by path.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::{FileError, FileSource, LocalFuture};

/// Paths (relative, `/`-separated, without `.` and `..`) to files. Iteration is sorted by path.
#[derive(Clone, Default)]
pub struct FileTree {
    entries: BTreeMap<String, Rc<dyn FileSource>>,
}

impl FileTree {
    /// Adds or replaces a file.
    pub fn insert(&mut self, path: impl Into<String>, source: Rc<dyn FileSource>) {
        self.entries.insert(path.into(), source);
    }

    /// All paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether there is a file at `path`.
    pub fn contains(&self, path: &str) -> bool {
        self.entries.contains_key(path)
    }

    /// Size of a file in bytes.
    pub fn size_of(&self, path: &str) -> Option<u64> {
        self.entries.get(path).map(|source| source.len())
    }

    /// Paths whose last component satisfies `matches`, sorted.
    pub fn find<'a>(&'a self, matches: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = &'a str> {
        self.paths().filter(move |path| matches(file_name(path)))
    }

    /// The files below `folder` (without trailing slash; empty for the whole tree), with paths relative to it.
    pub fn subtree(&self, folder: &str) -> FileTree {
        if folder.is_empty() {
            return self.clone();
        }
        let prefix = format!("{folder}/");
        let below = |(path, source): (&String, &Rc<dyn FileSource>)| Some((path.strip_prefix(&prefix)?.to_owned(), source.clone()));
        FileTree { entries: self.entries.iter().filter_map(below).collect() }
    }

    /// All bytes of a file.
    ///
    /// # Errors
    /// [`FileError::NotFound`], or what the source says.
    pub async fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let source = self.entries.get(path).ok_or_else(|| FileError::NotFound { path: path.to_owned() })?;
        source.read(0..source.len()).await
    }
}

/// The last component of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Bytes at hand.
pub struct MemoryFile(pub Arc<[u8]>);

impl FileSource for MemoryFile {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        let bytes = self.0[range.start as usize..range.end as usize].to_vec();
        Box::pin(std::future::ready(Ok(bytes)))
    }
}
