//! Files and folders that were dropped on the page.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

use super::picked_files::PickedFile;

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

    /// Walks all folders. Sorted by path.
    ///
    /// # Errors
    /// The browser's exception if a folder cannot be read.
    pub async fn into_files(self) -> Result<Vec<PickedFile>, JsValue> {
        let Dropped { entries: mut waiting, mut files } = self;
        while let Some(entry) = waiting.pop() {
            if let Some(folder) = entry.dyn_ref::<FileSystemDirectoryEntry>().filter(|entry| entry.is_directory()) {
                waiting.extend(entries_of(folder).await?);
            } else {
                files.push(picked(entry).await?);
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }
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
    let path = entry.full_path().trim_start_matches('/').to_owned();
    let entry: FileSystemFileEntry = entry.unchecked_into();
    let file = JsFuture::from(promise(|resolve, reject| entry.file_with_callback_and_callback(&resolve, &reject))).await?;
    Ok(PickedFile { path, file: file.unchecked_into::<File>() })
}

fn promise(mut executor: impl FnMut(Function, Function)) -> Promise {
    Promise::new(&mut executor)
}
