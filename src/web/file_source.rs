//! Where the bytes of a file come from in a browser: a file that the user chose, or the page's own origin.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, Response, WorkerGlobalScope};

use super::words_of;
use crate::files::{FileError, FileSource, FileTree};
use crate::pace::LocalFuture;

/// A file that the user chose; each read copies its range only.
pub struct BlobSource {
    /// The path in error messages.
    pub path: String,
    /// The browser's handle.
    pub blob: Blob,
}

/// A file below the page's own address, fetched whole when it is first needed and kept: the demo study is small, and no
/// request is made twice.
pub struct HttpSource {
    /// The path in error messages.
    pub path: String,
    /// Absolute URL.
    pub url: String,
    /// Size that the index gives.
    pub size: u64,
    /// The file's bytes, once they have been fetched.
    pub kept: RefCell<Option<Rc<Vec<u8>>>>,
}

impl HttpSource {
    async fn bytes(&self) -> Result<Rc<Vec<u8>>, FileError> {
        if let Some(bytes) = &*self.kept.borrow() {
            return Ok(bytes.clone());
        }
        let bytes = fetch(&self.url, &self.path).await?;
        if bytes.len() as u64 != self.size {
            let reason = format!("{} bytes arrived where the index says {}", bytes.len(), self.size);
            return Err(FileError::NotServed { path: self.path.clone(), reason });
        }
        let bytes = Rc::new(bytes);
        *self.kept.borrow_mut() = Some(bytes.clone());
        Ok(bytes)
    }
}

/// The tree of chosen files; paths as [`super::worker_port::serve`] hands them over.
pub fn tree_of(files: Vec<(String, File)>) -> FileTree {
    let mut tree = FileTree::default();
    for (path, file) in files {
        tree.insert(path.clone(), Rc::new(BlobSource { path, blob: file.into() }));
    }
    tree
}

impl FileSource for BlobSource {
    fn len(&self) -> u64 {
        self.blob.size() as u64
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        Box::pin(async move { read_blob(&self.blob, range).await.map_err(|error| unreadable(&self.path, &words_of(&error))) })
    }
}

impl FileSource for HttpSource {
    fn len(&self) -> u64 {
        self.size
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        Box::pin(async move { Ok(self.bytes().await?[range.start as usize..range.end as usize].to_vec()) })
    }
}

/// The bytes at a URL of the page's own origin; `path` names the file in errors.
///
/// # Errors
/// [`FileError::Unreachable`] if there is no answer or it breaks off, [`FileError::NotServed`] if the answer is no success.
pub async fn fetch(url: &str, path: &str) -> Result<Vec<u8>, FileError> {
    let unreachable = |error: JsValue| FileError::Unreachable { path: path.to_owned(), reason: words_of(&error) };
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let response: Response = JsFuture::from(scope.fetch_with_str(url)).await.map_err(unreachable)?.unchecked_into();
    if !response.ok() {
        return Err(FileError::NotServed { path: path.to_owned(), reason: format!("it answers {}", response.status()) });
    }
    let buffer = response.array_buffer().map_err(unreachable)?;
    Ok(bytes_of(&JsFuture::from(buffer).await.map_err(unreachable)?))
}

async fn read_blob(blob: &Blob, range: Range<u64>) -> Result<Vec<u8>, JsValue> {
    let part = blob.slice_with_f64_and_f64(range.start as f64, range.end as f64)?;
    Ok(bytes_of(&JsFuture::from(part.array_buffer()).await?))
}

fn bytes_of(buffer: &JsValue) -> Vec<u8> {
    Uint8Array::new(buffer).to_vec()
}

fn unreadable(path: &str, reason: &str) -> FileError {
    FileError::Unreadable { path: path.to_owned(), reason: reason.to_owned() }
}
