//! Files that the user chose with a file input.

use js_sys::Reflect;
use wasm_bindgen::JsCast;
use web_sys::{Event, File, HtmlInputElement};

/// A chosen file with its path inside what was chosen.
#[derive(Debug, Clone)]
pub struct PickedFile {
    /// `/`-separated; begins with the chosen folder's name, or is the file's name.
    pub path: String,
    /// The browser's handle; nothing has been read.
    pub file: File,
}

/// Takes the files out of the input that fired `event` and empties it, so that the same choice can be made again.
pub fn take_files(event: &Event) -> Vec<PickedFile> {
    let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return Vec::new() };
    let Some(list) = input.files() else { return Vec::new() };
    let files = (0..list.length()).filter_map(|index| list.get(index)).map(|file| PickedFile { path: path_of(&file), file }).collect();
    input.set_value("");
    files
}

fn path_of(file: &File) -> String {
    let in_folder = Reflect::get(file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
    in_folder.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name())
}
