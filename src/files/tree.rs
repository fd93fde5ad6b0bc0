//! All files that were given, sorted by path.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use super::{FileError, FileSource, read_whole};

/// Files by path (relative, `/`-separated, without `.` and `..`). Iteration is sorted by path. Folders that could not be read
/// are remembered, so that whoever misses a file can say why.
///
/// # Examples
/// ```
/// use maplens::files::{FileTree, memory_file};
///
/// # pollster::block_on(async {
/// let mut tree = FileTree::default();
/// tree.insert("maps/maps.json", memory_file(b"{}".to_vec()));
/// tree.insert("maps/split-0/best-loss/model.pth.tar", memory_file(vec![0; 8]));
///
/// assert_eq!(tree.common_root(), "maps");
/// assert_eq!(tree.find_file("maps.json").collect::<Vec<_>>(), ["maps/maps.json"]);
/// assert_eq!(tree.subtree("maps").read("maps.json").await?, b"{}");
/// # Ok::<(), maplens::files::FileError>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Default)]
pub struct FileTree {
    entries: BTreeMap<String, Rc<dyn FileSource>>,
    /// Why a folder, or a link, could not be read, by its path.
    unread: BTreeMap<String, String>,
}

impl FileTree {
    /// Adds or replaces a file.
    pub fn insert(&mut self, path: impl Into<String>, source: Rc<dyn FileSource>) {
        self.entries.insert(path.into(), source);
    }

    /// Notes that a folder, or a link, could not be read, with the reason in the platform's words.
    pub fn insert_unread(&mut self, path: impl Into<String>, reason: String) {
        self.unread.insert(path.into(), reason);
    }

    /// Paths of folders and links that could not be read, each with the reason, sorted.
    pub fn unread(&self) -> impl Iterator<Item = (&str, &str)> {
        self.unread.iter().map(|(path, reason)| (path.as_str(), reason.as_str()))
    }

    /// The error of the first folder or link that could not be read and in which `folder` lies, or which lies in `folder`.
    pub fn unread_about(&self, folder: &str) -> Option<FileError> {
        let is_about = |path: &str| is_in(path, folder) || is_in(folder, path);
        let (path, reason) = self.unread().find(|(path, _)| is_about(path))?;
        Some(FileError::Unreadable { path: path.to_owned(), reason: reason.to_owned() })
    }

    /// Adds everything that another tree holds.
    pub fn extend(&mut self, other: FileTree) {
        self.entries.extend(other.entries);
        self.unread.extend(other.unread);
    }

    /// All paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no files.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether there is a file at `path`.
    pub fn contains(&self, path: &str) -> bool {
        self.entries.contains_key(path)
    }

    /// Size of a file in bytes; `None` where there is no such file.
    pub fn size_of(&self, path: &str) -> Option<u64> {
        self.entries.get(path).map(|source| source.len())
    }

    /// Paths whose last component satisfies `matches`, sorted.
    pub fn find<'a>(&'a self, matches: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = &'a str> {
        self.paths().filter(move |path| matches(file_name(path)))
    }

    /// Paths of all files called `name`, sorted.
    pub fn find_file<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.find(move |found| found == name)
    }

    /// The longest folder that holds every file (without trailing slash); empty if there is none.
    pub fn common_root(&self) -> &str {
        // Paths are sorted, so a folder of both the first and the last path is a folder of all.
        let (Some(first), Some(last)) = (self.entries.keys().next(), self.entries.keys().next_back()) else { return "" };
        let folders = first.match_indices('/').map(|(at, _)| first.get(..at).unwrap_or_default());
        let mut shared = folders.filter(|folder| last.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')));
        shared.next_back().unwrap_or_default()
    }

    /// The files below `folder` (without trailing slash; empty for the whole tree), with paths relative to it.
    pub fn subtree(&self, folder: &str) -> FileTree {
        if folder.is_empty() {
            return self.clone();
        }
        let prefix = format!("{folder}/");
        let below = |(path, source): (&String, &Rc<dyn FileSource>)| Some((path.strip_prefix(&prefix)?.to_owned(), source.clone()));
        let unread = |(path, reason): (&String, &String)| Some((path.strip_prefix(&prefix)?.to_owned(), reason.clone()));
        FileTree { entries: self.entries.iter().filter_map(below).collect(), unread: self.unread.iter().filter_map(unread).collect() }
    }

    /// All bytes of a file.
    ///
    /// # Errors
    /// [`FileError::NotFound`], or the source's error.
    pub async fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        read_whole(path, self.source(path)?.as_ref()).await
    }

    /// The source of a file, for reading it in parts.
    ///
    /// # Errors
    /// [`FileError::NotFound`].
    pub fn source(&self, path: &str) -> Result<&Rc<dyn FileSource>, FileError> {
        self.entries.get(path).ok_or_else(|| FileError::NotFound { path: path.to_owned() })
    }

    /// The bytes `range` of a file.
    ///
    /// # Errors
    /// The errors of [`FileTree::read`], and [`FileError::OutsideFile`] if the range leaves the file.
    pub async fn read_range(&self, path: &str, range: Range<u64>) -> Result<Vec<u8>, FileError> {
        let source = self.source(path)?;
        if range.start > range.end || range.end > source.len() {
            return Err(FileError::OutsideFile { start: range.start, end: range.end, size: source.len() });
        }
        source.read(range).await
    }
}

/// Whether a path is that of a folder or of something in it; everything lies in the empty one.
fn is_in(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The last component of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
