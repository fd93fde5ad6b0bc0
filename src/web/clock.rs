//! Time and memory of this program.

use js_sys::{ArrayBuffer, Reflect, WebAssembly};
use wasm_bindgen::JsCast;
use web_sys::Performance;

/// Milliseconds since this program's scope began, on the page and in a worker.
pub fn now_ms() -> f64 {
    let performance = Reflect::get(&js_sys::global(), &"performance".into()).ok();
    performance.and_then(|object| object.dyn_into::<Performance>().ok()).map_or_else(js_sys::Date::now, |clock| clock.now())
}

/// Size of the program's linear memory in bytes. It never shrinks, so this is also its peak.
pub fn memory_bytes() -> Option<u64> {
    let memory: WebAssembly::Memory = wasm_bindgen::memory().dyn_into().ok()?;
    let buffer: ArrayBuffer = memory.buffer().dyn_into().ok()?;
    Some(u64::from(buffer.byte_length()))
}
