//! Messages between page and engine, in the worker. `www/worker_start.js` keeps messages that arrive before [`serve`] is called.

use js_sys::{Array, Float32Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use super::words_of;
use crate::protocol::{Attachment, Job, Reply};

/// Posts replies to the page.
#[derive(Clone)]
pub struct Port(DedicatedWorkerGlobalScope);

/// Calls `on_job` for every job that the page sends, with the chosen files and their paths, in order of arrival.
///
/// `on_job` must return soon: put the job into a queue and work on it in a spawned future, so that a cancel can overtake.
/// From here on a panic is reported to the page before the program ends.
pub fn serve(on_job: impl Fn(Port, Job, Vec<(String, File)>) + 'static) {
    let port = Port(js_sys::global().unchecked_into());
    report_panics();
    let scope = port.0.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| match read_message(&event.data()) {
        Ok((job, files)) => on_job(port.clone(), job, files),
        Err(error) => port.stopped(&words_of(&error)),
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The worker listens as long as it lives.
    on_message.forget();
}

impl Port {
    /// Sends a reply with its attachments.
    pub fn post(&self, reply: &Reply, attachments: Vec<Attachment>) {
        if let Err(error) = self.try_post(reply, attachments) {
            self.stopped(&words_of(&error));
        }
    }

    fn try_post(&self, reply: &Reply, attachments: Vec<Attachment>) -> Result<(), JsValue> {
        let json = serde_json::to_string(reply).map_err(|error| JsValue::from_str(&error.to_string()))?;
        let buffers: Array = attachments.into_iter().map(buffer_of).collect();
        let message = Object::new();
        Reflect::set(&message, &"json".into(), &json.into())?;
        Reflect::set(&message, &"buffers".into(), &buffers)?;
        self.0.post_message_with_transfer(&message, &buffers)
    }

    fn stopped(&self, words: &str) {
        let message = Object::new();
        let _ = Reflect::set(&message, &"stopped".into(), &words.into());
        // If even this fails, there is no way left to report it.
        let _ = self.0.post_message(&message);
    }
}

/// Copies an attachment into a JavaScript buffer, which can then be moved to the page.
fn buffer_of(attachment: Attachment) -> JsValue {
    match attachment {
        Attachment::Floats(values) => Float32Array::from(values.as_slice()).buffer().into(),
        Attachment::Bytes(bytes) => Uint8Array::from(bytes.as_slice()).buffer().into(),
    }
}

fn read_message(data: &JsValue) -> Result<(Job, Vec<(String, File)>), JsValue> {
    let json = Reflect::get(data, &"json".into())?.as_string().unwrap_or_default();
    let job = serde_json::from_str(&json).map_err(|error| JsValue::from_str(&error.to_string()))?;
    let list: Array = Reflect::get(data, &"files".into())?.dyn_into()?;
    let file = |entry: JsValue| {
        let path = Reflect::get(&entry, &"path".into())?.as_string().unwrap_or_default();
        Ok((path, Reflect::get(&entry, &"file".into())?.dyn_into()?))
    };
    Ok((job, list.iter().map(file).collect::<Result<_, JsValue>>()?))
}

fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        Port(js_sys::global().unchecked_into()).stopped(&info.to_string());
    }));
}
