//! Messages between page and engine, on the page: requests as JSON with files, replies as JSON with array buffers.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Float32Array, JSON, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, ErrorEvent, MessageEvent, Url, Worker, WorkerOptions, WorkerType};

use super::picked_files::PickedFile;
use super::words_of;
use super::yield_now::macrotask;
use crate::protocol::{Job, Reply, Request};

/// Module that starts the engine's program, relative to the document.
const WORKER_URL: &str = "worker_start.js";

/// Values that are copied at once, 4 MB.
const PIECE: u32 = 1 << 20;

/// A message from the worker.
pub enum EngineMessage {
    /// An answer, with its attachments.
    Reply(Reply, Vec<ReceivedBuffer>),
    /// The engine has stopped: it panicked, could not be loaded, or sent a message of another version. With the platform's message.
    Stopped(String),
}

/// A transferred buffer, still outside wasm memory.
pub struct ReceivedBuffer(ArrayBuffer);

impl ReceivedBuffer {
    /// A copy as float32 values, little-endian as all machines with WebAssembly are. A tail of less than four bytes is dropped.
    ///
    /// Copied piece by piece with a turn of the event loop between: a scan is 25 MB, and memory that is touched for the
    /// first time takes longer to fill than the page's thread may be held up.
    pub async fn to_floats(&self) -> Vec<f32> {
        let floats = Float32Array::new_with_byte_offset_and_length(&self.0, 0, self.0.byte_length() / 4);
        let mut values = Vec::with_capacity(floats.length() as usize);
        for start in (0..floats.length()).step_by(PIECE as usize) {
            values.extend_from_slice(&floats.subarray(start, (start + PIECE).min(floats.length())).to_vec());
            macrotask().await;
        }
        values
    }

    /// A copy of the bytes; for small buffers.
    pub fn to_bytes(&self) -> Vec<u8> {
        Uint8Array::new(&self.0).to_vec()
    }

    /// The buffer itself, for a download.
    pub fn buffer(&self) -> &ArrayBuffer {
        &self.0
    }
}

/// The engine's worker, as the page uses it. Clones send to the same worker.
#[derive(Clone)]
pub struct EngineHandle(Rc<EngineLink>);

/// What the clones of a handle share.
struct EngineLink {
    worker: RefCell<Option<EngineWorker>>,
    next_job: Cell<u32>,
    on_message: Rc<dyn Fn(EngineMessage)>,
}

/// A running worker, with the closures that receive its events.
struct EngineWorker {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl EngineHandle {
    /// Starts the worker; every message goes to `on_message`, never before this function has returned.
    pub fn start(on_message: impl Fn(EngineMessage) + 'static) -> Self {
        let handle =
            EngineHandle(Rc::new(EngineLink { worker: RefCell::new(None), next_job: Cell::new(1), on_message: Rc::new(on_message) }));
        handle.restart();
        handle
    }

    /// Ends the worker with all it holds and starts a new one. Job numbers go on.
    pub fn restart(&self) {
        if let Some(old) = self.0.worker.take() {
            old.worker.terminate();
        }
        match EngineWorker::new(&self.0.on_message) {
            Ok(running) => *self.0.worker.borrow_mut() = Some(running),
            Err(error) => self.report_later(words_of(&error)),
        }
    }

    /// Sends a request with the files that belong to it; returns the job's number.
    pub fn send(&self, request: Request, files: &[PickedFile]) -> u32 {
        let id = self.0.next_job.get();
        self.0.next_job.set(id.wrapping_add(1));
        if let Err(error) = self.post(&Job { id, request }, files) {
            self.report_later(words_of(&error));
        }
        id
    }

    fn post(&self, job: &Job, files: &[PickedFile]) -> Result<(), JsValue> {
        let json = serde_json::to_string(job).map_err(|error| JsValue::from_str(&error.to_string()))?;
        let message = Object::new();
        Reflect::set(&message, &"json".into(), &json.into())?;
        Reflect::set(&message, &"files".into(), &files_as_js(files)?.into())?;
        let worker = self.0.worker.borrow();
        worker.as_ref().ok_or("no worker is running")?.worker.post_message(&message)
    }

    fn report_later(&self, words: String) {
        let on_message = self.0.on_message.clone();
        wasm_bindgen_futures::spawn_local(async move { on_message(EngineMessage::Stopped(words)) });
    }
}

impl EngineWorker {
    fn new(on_message: &Rc<dyn Fn(EngineMessage)>) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&bootstrap_url()?, &options)?;
        let deliver = on_message.clone();
        let on_message_event = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| deliver(read_message(&event.data())));
        let deliver = on_message.clone();
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            // A script that cannot be loaded fires an event without a message.
            deliver(EngineMessage::Stopped(Reflect::get(&event, &"message".into()).ok().and_then(|m| m.as_string()).unwrap_or_default()));
        });
        worker.set_onmessage(Some(on_message_event.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(EngineWorker { worker, _on_message: on_message_event, _on_error: on_error })
    }
}

/// Address of a one-line script that imports the worker's program.
///
/// A worker started from a file has the policy that the file was served with, which a static host does not send; one
/// started from a blob inherits this page's own policy, so that no request of the engine can leave the page's origin.
fn bootstrap_url() -> Result<String, JsValue> {
    let window = web_sys::window().ok_or("the engine is started from the page")?;
    let base = window.document().and_then(|document| document.base_uri().ok().flatten()).ok_or("the page has no address")?;
    let program = Url::new_with_base(WORKER_URL, &base)?.href();
    let script = Array::of1(&format!("import {};", JSON::stringify(&program.into())?).into());
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    Url::create_object_url_with_blob(&Blob::new_with_str_sequence_and_options(&script, &options)?)
}

fn files_as_js(files: &[PickedFile]) -> Result<Array, JsValue> {
    let list = Array::new();
    for picked in files {
        let entry = Object::new();
        Reflect::set(&entry, &"path".into(), &picked.path.as_str().into())?;
        Reflect::set(&entry, &"file".into(), &picked.file)?;
        list.push(&entry);
    }
    Ok(list)
}

fn read_message(data: &JsValue) -> EngineMessage {
    let field = |name: &str| Reflect::get(data, &name.into()).unwrap_or_default();
    if let Some(words) = field("stopped").as_string() {
        return EngineMessage::Stopped(words);
    }
    match serde_json::from_str(&field("json").as_string().unwrap_or_default()) {
        Ok(reply) => EngineMessage::Reply(reply, attachments(&field("buffers"))),
        Err(error) => EngineMessage::Stopped(error.to_string()),
    }
}

fn attachments(buffers: &JsValue) -> Vec<ReceivedBuffer> {
    let Some(list) = buffers.dyn_ref::<Array>() else { return Vec::new() };
    list.iter().filter_map(|buffer| buffer.dyn_into().ok()).map(ReceivedBuffer).collect()
}
