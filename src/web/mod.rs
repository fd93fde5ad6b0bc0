//! The browser's interfaces: bytes in and out, messages between page and engine, pixels to canvases. No decisions are made here.
//!
//! Page side: [`transport`], [`picked_files`], [`dropped_files`], [`kept_files`], [`canvas`], [`planes_png`], [`picture`], [`download`], [`frame`],
//! [`address`].
//! Worker side: [`worker_port`], [`file_source`], [`storage`], [`demo`], [`yield_now`], [`clock`], [`helpers`].
//! Both sides: [`file_handles`].

pub mod address;
pub mod canvas;
pub mod clock;
pub mod demo;
pub mod download;
pub mod dropped_files;
pub mod file_handles;
pub mod file_source;
pub mod frame;
pub mod helpers;
pub mod kept_files;
pub mod picked_files;
pub mod picture;
pub mod planes_png;
pub mod storage;
pub mod transport;
pub mod worker_port;
pub mod yield_now;

use wasm_bindgen::{JsCast, JsValue};

/// A JavaScript exception in words.
pub fn words_of(error: &JsValue) -> String {
    let message = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    message.or_else(|| error.as_string()).unwrap_or_else(|| format!("{error:?}"))
}
