//! Handles of folders and files in the browser's own storage (Origin Private File System), on the page and in the worker.

use js_sys::{Array, Function, IteratorNext, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions, FileSystemGetFileOptions, FileSystemHandle,
    FileSystemHandleKind,
};

/// The one folder of the origin's storage that this program uses.
const TOP: &str = "maplens";

/// Whether a missing file or folder is created.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum IfMissing {
    /// It is created.
    Create,
    /// It is an error.
    Fail,
}

/// This program's folder in the browser's own storage.
///
/// # Errors
/// If the browser has none, or grants none (private windows, pages without an origin).
pub async fn top() -> Result<FileSystemDirectoryHandle, JsValue> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into())?;
    let storage = Reflect::get(&navigator, &"storage".into())?;
    if storage.is_undefined() || !Reflect::has(&storage, &"getDirectory".into())? {
        return Err(js_sys::Error::new("this browser has no storage for a page's files").into());
    }
    let origin: FileSystemDirectoryHandle = call(&storage, "getDirectory", &Array::new()).await?.unchecked_into();
    subfolder(&origin, TOP, IfMissing::Create).await
}

/// A folder inside a folder.
///
/// # Errors
/// If it is not there and not to be created, or the browser refuses.
pub async fn subfolder(
    folder: &FileSystemDirectoryHandle,
    name: &str,
    if_missing: IfMissing,
) -> Result<FileSystemDirectoryHandle, JsValue> {
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(if_missing == IfMissing::Create);
    Ok(JsFuture::from(folder.get_directory_handle_with_options(name, &options)).await?.unchecked_into())
}

/// The folder that holds `path`, and the last part of `path`.
///
/// # Errors
/// If a folder on the way is not there and not to be created, or the browser refuses.
pub async fn parent<'a>(
    top: &FileSystemDirectoryHandle,
    path: &'a str,
    if_missing: IfMissing,
) -> Result<(FileSystemDirectoryHandle, &'a str), JsValue> {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut folder = top.clone();
    for part in folders.split('/').filter(|part| !part.is_empty()) {
        folder = subfolder(&folder, part, if_missing).await?;
    }
    Ok((folder, name))
}

/// A file of a folder.
///
/// # Errors
/// If it is not there and not to be created, or the browser refuses.
pub async fn file_of(folder: &FileSystemDirectoryHandle, name: &str, if_missing: IfMissing) -> Result<FileSystemFileHandle, JsValue> {
    let options = FileSystemGetFileOptions::new();
    options.set_create(if_missing == IfMissing::Create);
    Ok(JsFuture::from(folder.get_file_handle_with_options(name, &options)).await?.unchecked_into())
}

/// The present content of a file; its bytes are read on demand.
///
/// # Errors
/// The browser's exception if it refuses.
pub async fn contents(file: &FileSystemFileHandle) -> Result<File, JsValue> {
    Ok(JsFuture::from(file.get_file()).await?.unchecked_into())
}

/// Names and handles of the direct entries of a folder, in no particular order.
///
/// # Errors
/// The browser's exception if it refuses.
pub async fn entries(folder: &FileSystemDirectoryHandle) -> Result<Vec<(String, FileSystemHandle)>, JsValue> {
    let iterator = folder.entries();
    let mut entries = Vec::new();
    loop {
        let step: IteratorNext = JsFuture::from(iterator.next()?).await?.unchecked_into();
        if step.done() {
            return Ok(entries);
        }
        let pair: Array = step.value().unchecked_into();
        entries.push((pair.get(0).as_string().unwrap_or_default(), pair.get(1).unchecked_into()));
    }
}

/// Whether a handle is a folder's.
pub fn is_folder(handle: &FileSystemHandle) -> bool {
    handle.kind() == FileSystemHandleKind::Directory
}

/// Whether an exception means that there is no such file or folder; a folder in the place of a file, or the reverse, counts as missing.
pub fn is_missing(error: &JsValue) -> bool {
    matches!(name_of(error).as_str(), "NotFoundError" | "TypeMismatchError")
}

/// `name` of a JavaScript exception.
pub fn name_of(error: &JsValue) -> String {
    Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default()
}

/// Calls a method that web-sys lacks or that a browser may lack, and waits for what it promises.
///
/// # Errors
/// If there is no such method, or what it throws or rejects with.
pub async fn call(object: &JsValue, method: &str, arguments: &Array) -> Result<JsValue, JsValue> {
    let function: Function = Reflect::get(object, &method.into())?.dyn_into()?;
    JsFuture::from(Promise::resolve(&function.apply(object, arguments)?)).await
}
