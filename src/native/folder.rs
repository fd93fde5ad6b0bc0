//! Folders of the machine: read as a [`FileTree`], written as a [`Store`].

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::disk_file::{DiskFile, unreadable};
use super::walk::{Walk, list_folder};
use crate::files::{FileError, FileTree, Store, is_passed_over};
use crate::pace::LocalFuture;

/// Ending of the names of files that are being written.
const PARTIAL: &str = ".partial";

/// All files below a folder; paths begin with the folder's own name, as in a browser. Links are followed, but not in a circle;
/// hidden folders and those of systems are passed over; folders that cannot be read are
/// [noted](FileTree::unread).
///
/// # Errors
/// If the folder itself cannot be listed.
pub fn tree_of_folder(folder: &Path) -> Result<FileTree, FileError> {
    let mut walk = Walk::of(folder, list_folder)?;
    walk.add_everything()?;
    Ok(walk.into_tree())
}

/// A tree with one file, under the file's own name.
///
/// # Errors
/// If there is no such file.
pub fn tree_of_file(path: &Path) -> Result<FileTree, FileError> {
    let size = fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut tree = FileTree::default();
    tree.insert(name, Rc::new(DiskFile { path: path.to_owned(), size }));
    Ok(tree)
}

/// A folder of the machine as a store.
pub struct FolderStore {
    root: PathBuf,
}

impl FolderStore {
    /// A store whose paths are below `root`, which is created when a file is written.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The path on the machine.
    fn full_path(&self, path: &str) -> PathBuf {
        path.split('/').filter(|part| !part.is_empty()).fold(self.root.clone(), |folder, part| folder.join(part))
    }

    /// Runs `act` on a path; its errors are [`FileError::Unreadable`].
    fn inspect<'a, T: 'a>(&self, path: &str, act: impl FnOnce(&Path) -> std::io::Result<T>) -> LocalFuture<'a, Result<T, FileError>> {
        let full = self.full_path(path);
        let result = act(&full).map_err(|error| unreadable(&full, &error));
        Box::pin(std::future::ready(result))
    }

    /// Runs `act` on a path; its errors are [`FileError::Unwritable`].
    fn change<'a>(&self, path: &str, act: impl FnOnce(&Path) -> std::io::Result<()>) -> LocalFuture<'a, Result<(), FileError>> {
        let full = self.full_path(path);
        let unwritable = |error: std::io::Error| FileError::Unwritable { path: full.display().to_string(), reason: error.to_string() };
        let result = act(&full).map_err(unwritable);
        Box::pin(std::future::ready(result))
    }
}

impl Store for FolderStore {
    /// Writes a temporary file beside the old one and renames it, so that an interruption leaves the old file. The temporary
    /// name holds the process id, since the processes of a run in parts all write the group's definition.
    fn write<'a>(&'a self, path: &'a str, bytes: &'a [u8]) -> LocalFuture<'a, Result<(), FileError>> {
        self.change(path, |full| {
            let name = full.file_name().unwrap_or_default().to_string_lossy();
            let partial = full.with_file_name(format!(".{name}.{}{PARTIAL}", std::process::id()));
            make_parent(full)?;
            fs::write(&partial, bytes)?;
            fs::rename(&partial, full)
        })
    }

    fn append<'a>(&'a self, path: &'a str, bytes: &'a [u8]) -> LocalFuture<'a, Result<(), FileError>> {
        self.change(path, |full| {
            make_parent(full)?;
            File::options().append(true).create(true).open(full)?.write_all(bytes)
        })
    }

    fn read<'a>(&'a self, path: &'a str) -> LocalFuture<'a, Result<Option<Vec<u8>>, FileError>> {
        self.inspect(path, |full| absent_is_none(fs::read(full)))
    }

    fn list<'a>(&'a self, folder: &'a str) -> LocalFuture<'a, Result<Vec<(String, u64)>, FileError>> {
        self.inspect(folder, |full| {
            let mut files = Vec::new();
            list_below(full, folder, &mut files)?;
            files.sort();
            Ok(files)
        })
    }

    fn remove<'a>(&'a self, path: &'a str) -> LocalFuture<'a, Result<(), FileError>> {
        self.change(path, |full| {
            let removed = if full.is_dir() { fs::remove_dir_all(full) } else { fs::remove_file(full) };
            absent_is_none(removed).map(|_| ())
        })
    }
}

fn make_parent(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

/// Adds paths and sizes of all files below a folder; paths begin with `prefix`. Temporary files of a write, possibly one that was
/// interrupted, are hidden, and so is what systems and editors leave beside results.
fn list_below(folder: &Path, prefix: &str, files: &mut Vec<(String, u64)>) -> std::io::Result<()> {
    let Some(entries) = absent_is_none(fs::read_dir(folder))? else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let below = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        // Another process may have removed it since.
        let Some(metadata) = absent_is_none(entry.metadata())?.filter(|_| !is_passed_over(&name)) else { continue };
        if metadata.is_dir() {
            list_below(&entry.path(), &below, files)?;
        } else {
            files.push((below, metadata.len()));
        }
    }
    Ok(())
}

/// `None` instead of the error of a file or folder that is not there.
fn absent_is_none<T>(result: std::io::Result<T>) -> std::io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
