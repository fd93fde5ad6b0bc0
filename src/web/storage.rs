//! Results in the browser's own storage: they outlive the tab, and no other site and no other program can read them.

use std::rc::Rc;

use js_sys::{Array, Error, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemReadWriteOptions, FileSystemRemoveOptions, FileSystemSyncAccessHandle,
};

use super::file_handles::{IfMissing, call, contents, entries, file_of, is_folder, is_missing, parent, top};
use super::words_of;
use crate::files::{FileError, Store};
use crate::pace::LocalFuture;

/// A file is written under its name and this, then renamed, so that an interruption leaves the old one whole.
const UNFINISHED: &str = ".unfinished";

/// The origin's private file system, below one folder. Only a worker can write to it.
pub struct OriginStore(FileSystemDirectoryHandle);

/// Where a file's new bytes begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begin {
    /// At the start: the old bytes are replaced.
    AtStart,
    /// At the end: the new bytes are appended.
    AtEnd,
}

impl OriginStore {
    /// Opens this program's folder.
    ///
    /// # Errors
    /// If the browser has no such storage, grants none, or cannot write to it from a worker.
    pub async fn open() -> Result<Rc<dyn Store>, JsValue> {
        if !writes_in_workers() {
            return Err(Error::new("this browser cannot write files from a worker").into());
        }
        Ok(Rc::new(Self(top().await?)))
    }

    async fn try_write(&self, path: &str, bytes: &[u8]) -> Result<(), JsValue> {
        let (folder, name) = parent(&self.0, path, IfMissing::Create).await?;
        let unfinished = format!("{name}{UNFINISHED}");
        let file = file_of(&folder, &unfinished, IfMissing::Create).await?;
        fill(&file, bytes, Begin::AtStart).await?;
        if call(&file, "move", &Array::of1(&name.into())).await.is_ok() {
            return Ok(());
        }
        // A browser that cannot rename: here an interruption does harm the file.
        fill(&file_of(&folder, name, IfMissing::Create).await?, bytes, Begin::AtStart).await?;
        remove_entry(&folder, &unfinished).await
    }

    async fn try_append(&self, path: &str, bytes: &[u8]) -> Result<(), JsValue> {
        let (folder, name) = parent(&self.0, path, IfMissing::Create).await?;
        fill(&file_of(&folder, name, IfMissing::Create).await?, bytes, Begin::AtEnd).await
    }

    async fn try_read(&self, path: &str) -> Result<Vec<u8>, JsValue> {
        let (folder, name) = parent(&self.0, path, IfMissing::Fail).await?;
        let file = contents(&file_of(&folder, name, IfMissing::Fail).await?).await?;
        Ok(Uint8Array::new(&JsFuture::from(file.array_buffer()).await?).to_vec())
    }

    async fn try_list(&self, folder: &str) -> Result<Vec<(String, u64)>, JsValue> {
        // With an empty last part, every part of the folder's path is a folder on the way.
        let (start, _) = parent(&self.0, &format!("{folder}/"), IfMissing::Fail).await?;
        let mut waiting = vec![(folder.to_owned(), start)];
        let mut files = Vec::new();
        while let Some((path, handle)) = waiting.pop() {
            for (name, entry) in entries(&handle).await? {
                let path = if path.is_empty() { name } else { format!("{path}/{name}") };
                if is_folder(&entry) {
                    waiting.push((path, entry.unchecked_into()));
                } else if !path.ends_with(UNFINISHED) {
                    files.push((path, contents(&entry.unchecked_into()).await?.size() as u64));
                }
            }
        }
        files.sort();
        Ok(files)
    }

    async fn try_remove(&self, path: &str) -> Result<(), JsValue> {
        if !path.is_empty() {
            let (folder, name) = parent(&self.0, path, IfMissing::Fail).await?;
            return remove_entry(&folder, name).await;
        }
        for (name, _) in entries(&self.0).await? {
            remove_entry(&self.0, &name).await?;
        }
        Ok(())
    }
}

impl Store for OriginStore {
    fn write<'a>(&'a self, path: &'a str, bytes: &'a [u8]) -> LocalFuture<'a, Result<(), FileError>> {
        Box::pin(async move { self.try_write(path, bytes).await.map_err(|error| unwritable(path, &error)) })
    }

    fn append<'a>(&'a self, path: &'a str, bytes: &'a [u8]) -> LocalFuture<'a, Result<(), FileError>> {
        Box::pin(async move { self.try_append(path, bytes).await.map_err(|error| unwritable(path, &error)) })
    }

    fn read<'a>(&'a self, path: &'a str) -> LocalFuture<'a, Result<Option<Vec<u8>>, FileError>> {
        Box::pin(async move { unless_missing(self.try_read(path).await).map_err(|error| unreadable(path, &error)) })
    }

    fn list<'a>(&'a self, folder: &'a str) -> LocalFuture<'a, Result<Vec<(String, u64)>, FileError>> {
        Box::pin(async move {
            let files = unless_missing(self.try_list(folder).await).map_err(|error| unreadable(folder, &error))?;
            Ok(files.unwrap_or_default())
        })
    }

    fn remove<'a>(&'a self, path: &'a str) -> LocalFuture<'a, Result<(), FileError>> {
        Box::pin(async move {
            unless_missing(self.try_remove(path).await).map_err(|error| unwritable(path, &error))?;
            Ok(())
        })
    }
}

/// Whether workers can write files: older browsers only read them.
fn writes_in_workers() -> bool {
    let class = Reflect::get(&js_sys::global(), &"FileSystemFileHandle".into());
    let methods = class.and_then(|class| Reflect::get(&class, &"prototype".into()));
    methods.and_then(|methods| Reflect::has(&methods, &"createSyncAccessHandle".into())).unwrap_or(false)
}

/// Writes into a file, which no other tab may have open meanwhile.
async fn fill(file: &FileSystemFileHandle, bytes: &[u8], begin: Begin) -> Result<(), JsValue> {
    let access: FileSystemSyncAccessHandle = JsFuture::from(file.create_sync_access_handle()).await?.unchecked_into();
    let written = put(&access, bytes, begin);
    // Else the file stays locked until the worker ends.
    access.close();
    written
}

fn put(access: &FileSystemSyncAccessHandle, bytes: &[u8], begin: Begin) -> Result<(), JsValue> {
    let start = if begin == Begin::AtEnd { access.get_size()? } else { 0.0 };
    access.truncate_with_f64(start)?;
    let options = FileSystemReadWriteOptions::new();
    options.set_at_f64(start);
    let n_written = access.write_with_u8_array_and_options(bytes, &options)?;
    if n_written != bytes.len() as f64 {
        return Err(Error::new(&format!("{n_written} of {} bytes were taken; the storage is full", bytes.len())).into());
    }
    access.flush()
}

async fn remove_entry(folder: &FileSystemDirectoryHandle, name: &str) -> Result<(), JsValue> {
    let options = FileSystemRemoveOptions::new();
    options.set_recursive(true);
    JsFuture::from(folder.remove_entry_with_options(name, &options)).await?;
    Ok(())
}

fn unless_missing<T>(result: Result<T, JsValue>) -> Result<Option<T>, JsValue> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn unreadable(path: &str, error: &JsValue) -> FileError {
    FileError::Unreadable { path: path.to_owned(), reason: words_of(error) }
}

fn unwritable(path: &str, error: &JsValue) -> FileError {
    FileError::Unwritable { path: path.to_owned(), reason: words_of(error) }
}
