//! The page's own address.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Absolute URL of the demo study's folder, with a trailing slash, wherever the page is hosted.
pub fn demo_url() -> String {
    let base = web_sys::window().and_then(|window| window.document()).and_then(|document| document.base_uri().ok().flatten());
    let url = base.and_then(|base| web_sys::Url::new_with_base("demo/", &base).ok());
    url.map(|url| url.href()).unwrap_or_default()
}

/// The value of a key of the fragment, as it stands there.
pub fn parameter(key: &str) -> Option<String> {
    let fragment = fragment();
    let mut pairs = fragment.trim_start_matches('#').split('&').filter_map(|part| part.split_once('='));
    pairs.find(|(own, _)| *own == key).map(|(_, value)| value.to_owned())
}

/// Tags of the languages that the user prefers, the first one first.
pub fn user_languages() -> Vec<String> {
    let languages = web_sys::window().map(|window| window.navigator().languages());
    languages.map(|languages| languages.iter().filter_map(|tag| tag.as_string()).collect()).unwrap_or_default()
}

/// Sets the document's language, by which assistive technology and hyphenation go.
pub fn set_document_language(tag: &str) {
    let root = web_sys::window().and_then(|window| window.document()).and_then(|document| document.document_element());
    if let Some(root) = root {
        // Setting a plain attribute of an element that is there cannot fail.
        let _ = root.set_attribute("lang", tag);
    }
}

/// The fragment of the address, with its `#`, or empty.
pub fn fragment() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Replaces the fragment without a new entry in the browser's history.
pub fn replace_fragment(fragment: &str) {
    let history = web_sys::window().and_then(|window| window.history().ok());
    if let Some(history) = history {
        // Embedded pages without an address of their own (about:srcdoc) refuse; the view then lives only in the page.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{fragment}")));
    }
}

/// The whole address.
pub fn href() -> String {
    web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default()
}

/// Copies text to the clipboard.
///
/// # Errors
/// If the browser has no clipboard for the page (served without TLS) or refuses it (embedded).
pub async fn copy(words: &str) -> Result<(), JsValue> {
    let window = web_sys::window().ok_or("no window")?;
    let clipboard = Reflect::get(&window.navigator(), &"clipboard".into())?;
    let write: Function = Reflect::get(&clipboard, &"writeText".into())?.dyn_into()?;
    let promise: Promise = write.call1(&clipboard, &words.into())?.dyn_into()?;
    JsFuture::from(promise).await.map(drop)
}
