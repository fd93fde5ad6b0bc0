//! Files and folders that were dropped on the page.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

use super::picked_files::PickedFile;
use crate::files::is_upload_passed_over;

/// The entries of a drop, taken while its event is handled: afterwards the browser no longer has them.
pub struct Dropped {
    entries: Vec<FileSystemEntry>,
    /// Items without an entry: files that a script or another page made.
    files: Vec<PickedFile>,
}

impl Dropped {
    /// Takes the entries of a `drop` event. Call inside its handler.
    pub fn take(transfer: &DataTransfer) -> Self {
        let items = transfer.items();
        let mut dropped = Dropped { entries: Vec::new(), files: Vec::new() };
        for item in (0..items.length()).filter_map(|index| items.get(index)) {
            if let Ok(Some(entry)) = item.webkit_get_as_entry() {
                dropped.entries.push(entry);
            } else if let Ok(Some(file)) = item.get_as_file() {
                dropped.files.push(PickedFile { path: file.name(), file });
            }
        }
        dropped
    }

    /// Walks all folders but those that are [passed over](is_upload_passed_over).
    ///
    /// # Errors
    /// The browser's exception if nothing at all can be read.
    pub async fn into_files(self) -> Result<DroppedFiles, JsValue> {
        let Dropped { entries: mut waiting, mut files } = self;
        let (mut unread, mut first_error) = (Vec::new(), None);
        while let Some(entry) = waiting.pop() {
            let path = path_of(&entry);
            let outcome = match entry.dyn_ref::<FileSystemDirectoryEntry>().filter(|entry| entry.is_directory()) {
                // Judged as the folder of a file in it.
                Some(_) if is_upload_passed_over(&format!("{path}/file")) => Ok(()),
                Some(folder) => entries_of(folder).await.map(|entries| waiting.extend(entries)),
                None if is_upload_passed_over(&path) => Ok(()),
                None => picked(entry).await.map(|file| files.push(file)),
            };
            if let Err(error) = outcome {
                unread.push(path);
                first_error = first_error.or(Some(error));
            }
        }
        if let Some(error) = first_error.filter(|_| files.is_empty()) {
            return Err(error);
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        unread.sort();
        Ok(DroppedFiles { files, unread })
    }
}

/// What was found in a drop, sorted by path.
pub struct DroppedFiles {
    /// The files.
    pub files: Vec<PickedFile>,
    /// Paths of the folders and files that the browser could not read.
    pub unread: Vec<String>,
}

/// The path of an entry inside what was dropped.
fn path_of(entry: &FileSystemEntry) -> String {
    entry.full_path().trim_start_matches('/').to_owned()
}

async fn entries_of(folder: &FileSystemDirectoryEntry) -> Result<Vec<FileSystemEntry>, JsValue> {
    let reader = folder.create_reader();
    let mut entries = Vec::new();
    loop {
        // Chromium hands out at most a hundred entries at a time; an empty answer is the end.
        let read = |resolve: Function, reject: Function| {
            if let Err(error) = reader.read_entries_with_callback_and_callback(&resolve, &reject) {
                // The promise is rejected either way; nothing handles a failing rejection.
                let _ = reject.call1(&JsValue::NULL, &error);
            }
        };
        let batch: Array = JsFuture::from(promise(read)).await?.dyn_into()?;
        if batch.length() == 0 {
            return Ok(entries);
        }
        entries.extend(batch.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
}

async fn picked(entry: FileSystemEntry) -> Result<PickedFile, JsValue> {
    let path = path_of(&entry);
    let entry: FileSystemFileEntry = entry.unchecked_into();
    let file = JsFuture::from(promise(|resolve, reject| entry.file_with_callback_and_callback(&resolve, &reject))).await?;
    Ok(PickedFile { path, file: file.unchecked_into::<File>() })
}

fn promise(mut executor: impl FnMut(Function, Function)) -> Promise {
    Promise::new(&mut executor)
}
