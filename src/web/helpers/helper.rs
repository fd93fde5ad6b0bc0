//! The helper's end of the wire. `www/helper_start.js` keeps what arrives before [`serve_as_helper`] is called.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use super::{Message, NAME};
use crate::web::words_of;

/// Words, float32 values and bytes.
type Given = (String, Vec<f32>, Vec<u8>);

/// Whether this worker was started to help another one.
pub fn is_helper() -> bool {
    scope().name() == NAME
}

/// Answers every message with what `work` gives, in order. A helper that fails, or panics, says so and does no more.
pub fn serve_as_helper(mut work: impl FnMut(&Given) -> Result<Option<Given>, String> + 'static) {
    std::panic::set_hook(Box::new(|info| stopped(&info.to_string())));
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Err(words) = answer(&event.data(), &mut work) {
            stopped(&words);
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // It listens as long as it lives.
    on_message.forget();
    post_flag("ready", &true.into());
}

fn answer(data: &JsValue, work: &mut impl FnMut(&Given) -> Result<Option<Given>, String>) -> Result<(), String> {
    let Message { words, buffer, n_floats, n_bytes } = Message::of(data).ok_or("an order that cannot be read")?;
    let order = Message { words: String::new(), buffer, n_floats, n_bytes };
    let given = (words, order.floats().to_vec(), order.bytes().to_vec());
    let Some((words, floats, bytes)) = work(&given)? else { return Ok(()) };
    // The answer goes back in the order's buffer if it has room there.
    let answer = Message::new(words, floats.len(), bytes.len(), Some(order.buffer));
    answer.floats().copy_from(&floats);
    answer.bytes().copy_from(&bytes);
    let post = || answer.into_js().and_then(|(data, transfer)| scope().post_message_with_transfer(&data, &transfer));
    post().map_err(|error| words_of(&error))
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn stopped(words: &str) {
    post_flag("stopped", &words.into());
}

fn post_flag(name: &str, value: &JsValue) {
    let message = Object::new();
    let _ = Reflect::set(&message, &name.into(), value);
    // If even this fails there is no way left to tell anybody, and the engine waits no longer than for silence.
    let _ = scope().post_message(&message);
}
