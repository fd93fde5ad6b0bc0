//! Files that the engine keeps in the browser's storage, given to the user: as a download, or in a folder of the machine.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, FileSystemDirectoryHandle, FileSystemWritableFileStream, WritableStream};

use super::download::save_blob;
use super::file_handles::{IfMissing, contents, file_of, is_missing, name_of, parent, top};
use super::words_of;
use crate::protocol::Failure;

const CHOOSE_FOLDER: &str = "showDirectoryPicker";

/// Why kept files could not be handed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandOverError {
    /// The file is not in the storage.
    #[error("{path}: is not in this browser's storage any more")]
    Missing {
        /// Path in the storage.
        path: String,
    },
    /// The storage could not be read.
    #[error("{path}: could not be read from this browser's storage ({reason})")]
    Unreadable {
        /// Path in the storage.
        path: String,
        /// The browser's message.
        reason: String,
    },
    /// No folder could be chosen.
    #[error("no folder could be chosen ({reason})")]
    NoFolder {
        /// The browser's message.
        reason: String,
    },
    /// A file could not be written.
    #[error("{path}: could not be written to the chosen folder ({reason})")]
    Unwritable {
        /// Path in the chosen folder.
        path: String,
        /// The browser's message.
        reason: String,
    },
}

impl HandOverError {
    /// A remedy that the user can try.
    pub fn hint(&self) -> &'static str {
        match self {
            HandOverError::Missing { .. } => {
                "Start the run again with the same settings: what is there is kept, what is missing is computed."
            }
            HandOverError::Unreadable { .. } => "Close other tabs of this page, or reload it, and try again.",
            HandOverError::NoFolder { .. } => "Choose a folder of your own, or download the results as a zip.",
            HandOverError::Unwritable { .. } => "Check the folder's free space and permissions, or download the results as a zip.",
        }
    }
}

impl From<HandOverError> for Failure {
    fn from(error: HandOverError) -> Self {
        Failure { hint: error.hint().to_owned(), what: error.to_string() }
    }
}

/// Whether this browser keeps files for the page when the page is closed.
pub async fn are_kept() -> bool {
    top().await.is_ok()
}

/// Offers a file of the storage as a download, without reading it into memory.
///
/// # Errors
/// [`HandOverError::Missing`] or [`HandOverError::Unreadable`].
pub async fn download(path: &str, name: &str) -> Result<(), HandOverError> {
    let file = kept_file(path).await?;
    save_blob(&file, name).map_err(|error| unreadable(path, &error))
}

/// Whether this browser lets a page write into a folder that the user chooses.
pub fn can_choose_folder() -> bool {
    Reflect::has(&js_sys::global(), &CHOOSE_FOLDER.into()).unwrap_or(false)
}

/// An open folder dialog of the browser.
pub struct FolderChoice(Promise);

impl FolderChoice {
    /// Opens the browser's folder dialog, which is allowed in the handler of a click only.
    ///
    /// # Errors
    /// [`HandOverError::NoFolder`] if the browser opens no dialog.
    pub fn request() -> Result<Self, HandOverError> {
        let options = Object::new();
        let promise = Reflect::set(&options, &"mode".into(), &"readwrite".into())
            .and_then(|_| Reflect::get(&js_sys::global(), &CHOOSE_FOLDER.into()))
            .and_then(JsCast::dyn_into::<Function>)
            .and_then(|ask| ask.call1(&js_sys::global(), &options));
        promise.map(|promise| Self(Promise::resolve(&promise))).map_err(|error| no_folder(&error))
    }

    /// The chosen folder; `None` if the user chose none.
    ///
    /// # Errors
    /// [`HandOverError::NoFolder`] if the browser does not let the page write there.
    pub async fn answer(self) -> Result<Option<ChosenFolder>, HandOverError> {
        match JsFuture::from(self.0).await {
            Ok(folder) => Ok(Some(ChosenFolder(folder.unchecked_into()))),
            Err(error) if name_of(&error) == "AbortError" => Ok(None),
            Err(error) => Err(no_folder(&error)),
        }
    }
}

/// A folder of the user's machine that the page may write into.
pub struct ChosenFolder(FileSystemDirectoryHandle);

impl ChosenFolder {
    /// Copies the file `path` of the storage to `name` (a path within the chosen folder), replacing what is there.
    ///
    /// # Errors
    /// [`HandOverError::Missing`], [`HandOverError::Unreadable`] or [`HandOverError::Unwritable`].
    pub async fn copy(&self, path: &str, name: &str) -> Result<(), HandOverError> {
        let file = kept_file(path).await?;
        let unwritable = |error: JsValue| HandOverError::Unwritable { path: name.to_owned(), reason: words_of(&error) };
        self.write(name, &file).await.map_err(unwritable)
    }

    async fn write(&self, path: &str, blob: &Blob) -> Result<(), JsValue> {
        let (folder, name) = parent(&self.0, path, IfMissing::Create).await?;
        let file = file_of(&folder, name, IfMissing::Create).await?;
        let stream = super::file_handles::call(&file, "createWritable", &Array::new()).await?;
        let stream: FileSystemWritableFileStream = stream.unchecked_into();
        JsFuture::from(stream.write_with_blob(blob)?).await?;
        // The file changes on disk when its stream is closed, not before.
        JsFuture::from(stream.unchecked_ref::<WritableStream>().close()).await?;
        Ok(())
    }
}

async fn kept_file(path: &str) -> Result<File, HandOverError> {
    find(path).await.map_err(|error| match is_missing(&error) {
        true => HandOverError::Missing { path: path.to_owned() },
        false => unreadable(path, &error),
    })
}

async fn find(path: &str) -> Result<File, JsValue> {
    let top = top().await?;
    let (folder, name) = parent(&top, path, IfMissing::Fail).await?;
    contents(&file_of(&folder, name, IfMissing::Fail).await?).await
}

fn unreadable(path: &str, error: &JsValue) -> HandOverError {
    HandOverError::Unreadable { path: path.to_owned(), reason: words_of(error) }
}

fn no_folder(error: &JsValue) -> HandOverError {
    HandOverError::NoFolder { reason: words_of(error) }
}
