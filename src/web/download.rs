//! Saving bytes as a file in the user's downloads.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Offers the bytes of `part` (a buffer, typed array or blob) under `name`.
///
/// # Errors
/// The browser's exception if it refuses.
pub fn save(part: &JsValue, name: &str, mime: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    save_blob(&Blob::new_with_blob_sequence_and_options(&Array::of1(part), &options)?, name)
}

/// Offers bytes under `name`.
///
/// # Errors
/// The browser's exception if it refuses.
pub fn save_bytes(bytes: &[u8], name: &str, mime: &str) -> Result<(), JsValue> {
    save(&Uint8Array::from(bytes), name, mime)
}

/// Offers a blob under `name`; a file of the browser's storage is read while it is saved, never held in memory.
///
/// # Errors
/// The browser's exception if it refuses.
pub fn save_blob(blob: &Blob, name: &str) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    let anchor: HtmlAnchorElement = document()?.create_element("a")?.dyn_into()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    // The download has its own reference to the blob as soon as click() returns.
    Url::revoke_object_url(&url)
}

fn document() -> Result<web_sys::Document, JsValue> {
    web_sys::window().and_then(|window| window.document()).ok_or_else(|| "no document".into())
}
