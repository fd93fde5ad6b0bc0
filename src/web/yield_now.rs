//! Yielding to the event loop.

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// Waits for the next macrotask, so that messages that arrived meanwhile (a cancel) are delivered first.
///
/// A message channel, not a timer: browsers stretch nested timers to 4 ms and more.
pub async fn macrotask() {
    let promise = Promise::new(&mut |resolve: Function, _reject: Function| {
        if post_to_self(&resolve).is_err() {
            // Without a channel the event loop gets no turn, which delays a cancel but loses nothing.
            let _ = resolve.call0(&JsValue::NULL);
        }
    });
    // The promise has no way to fail.
    let _ = JsFuture::from(promise).await;
}

fn post_to_self(resolve: &Function) -> Result<(), JsValue> {
    let channel = MessageChannel::new()?;
    let receiver = channel.port1();
    receiver.set_onmessage(Some(resolve));
    channel.port2().post_message(&JsValue::NULL)
}
