//! Files that the user chose with a file input, and values made into such files for the engine.

use js_sys::{Array, Float32Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, Event, File, HtmlInputElement};

use super::yield_now::macrotask;
use crate::files::is_upload_passed_over;

/// A chosen file with its path inside what was chosen.
#[derive(Debug, Clone)]
pub struct PickedFile {
    /// `/`-separated; begins with the chosen folder's name, or is the file's name.
    pub path: String,
    /// The browser's handle; nothing has been read.
    pub file: File,
}

/// Values that are copied at once, 4 MB.
const PIECE: usize = 1 << 20;

/// Makes values a file of little-endian float32, which lies outside WebAssembly's memory and can be sent any number of times.
/// Copied piece by piece with a turn of the event loop between.
pub async fn file_of_floats(path: String, values: &[f32]) -> Result<PickedFile, JsValue> {
    let blobs = Array::new();
    for piece in values.chunks(PIECE) {
        blobs.push(&Blob::new_with_buffer_source_sequence(&Array::of1(&Float32Array::from(piece)))?.into());
        macrotask().await;
    }
    let file = File::new_with_blob_sequence(&blobs, &path)?;
    Ok(PickedFile { path, file })
}

/// Takes the files out of the input that fired `event` and empties it, so that the same choice can be made again. Files that are
/// [passed over](is_upload_passed_over) are left out, unless there are no others.
pub fn take_files(event: &Event) -> Vec<PickedFile> {
    let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return Vec::new() };
    let Some(list) = input.files() else { return Vec::new() };
    let files = (0..list.length()).filter_map(|index| list.get(index)).map(|file| PickedFile { path: path_of(&file), file });
    let (passed_over, files): (Vec<PickedFile>, Vec<PickedFile>) = files.partition(|file| is_upload_passed_over(&file.path));
    input.set_value("");
    if files.is_empty() { passed_over } else { files }
}

fn path_of(file: &File) -> String {
    let in_folder = Reflect::get(file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
    in_folder.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name())
}
