//! Messages with the engine's worker, in a helper. `www/helper_start.js` keeps messages that arrive before [`serve_as_helper`] is
//! called.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use super::{MessageContent, NAME};
use crate::web::words_of;

/// Words, float32 values and bytes of a request or an answer.
type PacketParts = (String, Vec<f32>, Vec<u8>);

/// Whether this worker was started as a helper of another one.
pub fn is_helper() -> bool {
    scope().name() == NAME
}

/// Answers every message with the result of `work`, in order of arrival. A helper that fails or panics reports that and stops.
pub fn serve_as_helper(mut work: impl FnMut(&PacketParts) -> Result<Option<PacketParts>, String> + 'static) {
    std::panic::set_hook(Box::new(|info| stopped(&info.to_string())));
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Err(words) = answer(&event.data(), &mut work) {
            stopped(&words);
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The helper receives messages as long as it lives.
    on_message.forget();
    post_flag("ready", &true.into());
}

fn answer(data: &JsValue, work: &mut impl FnMut(&PacketParts) -> Result<Option<PacketParts>, String>) -> Result<(), String> {
    let MessageContent { words, buffer, n_floats, n_bytes } = MessageContent::read(data).ok_or("a request that cannot be read")?;
    let request = MessageContent { words: String::new(), buffer, n_floats, n_bytes };
    let given = (words, request.floats().to_vec(), request.bytes().to_vec());
    let Some((words, floats, bytes)) = work(&given)? else { return Ok(()) };
    // The answer is sent in the request's buffer if it fits.
    let answer = MessageContent::new(words, floats.len(), bytes.len(), Some(request.buffer));
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
    // If even this fails, there is no way left to report it; the engine stops waiting for a silent helper.
    let _ = scope().post_message(&message);
}
