//! Helpers of the engine's worker: workers that it starts, with the same program and no memory in common.
//!
//! Nothing is downloaded or compiled again: a helper gets the compiled module that the engine's worker runs. Arrays are sent in
//! transferred buffers, which are sent back and used again: memory that is touched for the first time takes as long to get as to fill.

mod helper;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Float32Array, Function, JSON, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, ErrorEvent, MessageEvent, Url, Worker, WorkerGlobalScope, WorkerOptions, WorkerType};

use super::words_of;
use super::yield_now::macrotask;
use crate::helpers::{HelperEvent, HelperPort, Packet, ReceivedPacket};
use crate::pace::LocalFuture;

pub use helper::{is_helper, serve_as_helper};

/// Name of a helper's worker, by which the program recognises that it runs as one.
const NAME: &str = "helper";

/// The global in which `www/worker_start.js` puts the address of the module that starts a helper.
const START: &str = "helperStart";

/// Longest wait for an event, in milliseconds.
const WAIT_MS: i32 = 20;

/// Buffers that are kept to be sent again, per helper.
const KEPT_BUFFERS: usize = 2;

/// The helpers of this worker.
#[derive(Default)]
pub struct Workers {
    helpers: RefCell<Vec<HelperWorker>>,
    received: Rc<ReceivedMessages>,
    /// Buffers that have come back.
    buffers: Rc<RefCell<Vec<ArrayBuffer>>>,
}

/// A running helper, with the closures that receive its events.
struct HelperWorker {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

/// Messages of helpers that have not been taken yet.
#[derive(Default)]
struct ReceivedMessages {
    waiting: RefCell<VecDeque<(usize, HelperMessage)>>,
    /// Ends a wait.
    wake: RefCell<Option<Function>>,
    /// Counts dismissals: messages of dismissed helpers may still be delivered, and are ignored.
    generation: Cell<u32>,
}

/// A message of a helper.
enum HelperMessage {
    Ready,
    Answer(MessageContent),
    Failed(String),
}

/// The content of a message between two workers: words, and a buffer with float32 values followed by bytes.
struct MessageContent {
    words: String,
    buffer: ArrayBuffer,
    n_floats: usize,
    n_bytes: usize,
}

/// A helper's answer, whose buffer is kept to be sent again when the answer is dropped.
struct HelperAnswer {
    message: MessageContent,
    buffers: Rc<RefCell<Vec<ArrayBuffer>>>,
    n_kept: usize,
}

impl HelperPort for Workers {
    fn n_threads(&self) -> usize {
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        scope.navigator().hardware_concurrency() as usize
    }

    fn start(&self, n: usize) -> Result<(), String> {
        let start = || -> Result<Vec<HelperWorker>, JsValue> {
            let url = bootstrap_url()?;
            (0..n).map(|index| self.helper(index, &url)).collect()
        };
        *self.helpers.borrow_mut() = start().map_err(|error| words_of(&error))?;
        Ok(())
    }

    fn post(&self, helper: usize, packet: &Packet<'_>) -> Result<(), String> {
        let message = self.message(packet);
        let helpers = self.helpers.borrow();
        let Some(helper) = helpers.get(helper) else { return Err("there is no such helper".to_owned()) };
        let (data, transfer) = message.into_js().map_err(|error| words_of(&error))?;
        helper.worker.post_message_with_transfer(&data, &transfer).map_err(|error| words_of(&error))
    }

    fn next_event(&self) -> Option<(usize, HelperEvent)> {
        let (helper, message) = self.received.waiting.borrow_mut().pop_front()?;
        let event = match message {
            HelperMessage::Ready => HelperEvent::Ready,
            HelperMessage::Failed(why) => HelperEvent::Failed(why),
            HelperMessage::Answer(message) => {
                let n_kept = KEPT_BUFFERS * self.helpers.borrow().len();
                HelperEvent::Response(Box::new(HelperAnswer { message, buffers: self.buffers.clone(), n_kept }))
            }
        };
        Some((helper, event))
    }

    fn yield_now(&self) -> LocalFuture<'_, ()> {
        Box::pin(macrotask())
    }

    fn wait_for_event(&self) -> LocalFuture<'_, ()> {
        let promise = Promise::new(&mut |resolve: Function, _reject: Function| {
            let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
            let has_messages = !self.received.waiting.borrow().is_empty();
            let is_timed = scope.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, WAIT_MS).is_ok();
            if has_messages || !is_timed {
                // Without a reason to wait, or without a timer, the wait ends at once.
                let _ = resolve.call0(&JsValue::NULL);
            }
            *self.received.wake.borrow_mut() = Some(resolve);
        });
        Box::pin(async move {
            // The promise has no way to fail.
            let _ = JsFuture::from(promise).await;
        })
    }

    fn terminate(&self) {
        self.helpers.take().iter().for_each(|helper| helper.worker.terminate());
        self.received.generation.set(self.received.generation.get().wrapping_add(1));
        self.received.waiting.take();
        self.buffers.take();
    }

    fn warn(&self, why: &str) {
        web_sys::console::warn_2(&"maps are computed on one thread from now on:".into(), &why.into());
    }
}

impl Workers {
    fn helper(&self, index: usize, url: &str) -> Result<HelperWorker, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(NAME);
        let worker = Worker::new_with_options(url, &options)?;
        let (received, generation) = (self.received.clone(), self.received.generation.get());
        let receive = Rc::new(move |message| {
            if received.generation.get() == generation {
                received.waiting.borrow_mut().push_back((index, message));
                received.wake.take().iter().for_each(|wake| drop(wake.call0(&JsValue::NULL)));
            }
        });
        let receive_error = receive.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| receive(read_message(&event.data())));
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            // A script that cannot be loaded fires an event without a message.
            let words = Reflect::get(&event, &"message".into()).ok().and_then(|message| message.as_string());
            receive_error(HelperMessage::Failed(words.unwrap_or_else(|| "a helper could not be started".to_owned())));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.post_message(&wasm_bindgen::module())?;
        Ok(HelperWorker { worker, _on_message: on_message, _on_error: on_error })
    }

    /// A message of a packet, in a buffer that has come back if one is large enough.
    fn message(&self, packet: &Packet<'_>) -> MessageContent {
        let n_floats: usize = packet.floats.iter().map(|part| part.len()).sum();
        let n_bytes: usize = packet.bytes.iter().map(|part| part.len()).sum();
        let mut buffers = self.buffers.borrow_mut();
        let fits = buffers.iter().position(|buffer| buffer.byte_length() as usize >= size(n_floats, n_bytes));
        let buffer = fits.map(|index| buffers.swap_remove(index));
        let message = MessageContent::new(packet.header.clone(), n_floats, n_bytes, buffer);
        let (floats, bytes) = (message.floats(), message.bytes());
        let mut at = 0;
        for part in &packet.floats {
            floats.subarray(at, at + part.len() as u32).copy_from(part);
            at += part.len() as u32;
        }
        at = 0;
        for part in &packet.bytes {
            bytes.subarray(at, at + part.len() as u32).copy_from(part);
            at += part.len() as u32;
        }
        message
    }
}

impl MessageContent {
    /// A message with room for values and bytes, in the given buffer if it is large enough.
    fn new(words: String, n_floats: usize, n_bytes: usize, buffer: Option<ArrayBuffer>) -> Self {
        let size = size(n_floats, n_bytes);
        let buffer = buffer.filter(|buffer| buffer.byte_length() as usize >= size);
        Self { words, buffer: buffer.unwrap_or_else(|| ArrayBuffer::new(size as u32)), n_floats, n_bytes }
    }

    fn floats(&self) -> Float32Array {
        Float32Array::new_with_byte_offset_and_length(&self.buffer, 0, self.n_floats as u32)
    }

    fn bytes(&self) -> Uint8Array {
        Uint8Array::new_with_byte_offset_and_length(&self.buffer, (self.n_floats * FLOAT) as u32, self.n_bytes as u32)
    }

    /// The message as an object, and the buffers to transfer with it.
    fn into_js(self) -> Result<(Object, Array), JsValue> {
        let message = Object::new();
        Reflect::set(&message, &"words".into(), &self.words.as_str().into())?;
        Reflect::set(&message, &"buffer".into(), &self.buffer)?;
        Reflect::set(&message, &"floats".into(), &(self.n_floats as u32).into())?;
        Reflect::set(&message, &"bytes".into(), &(self.n_bytes as u32).into())?;
        Ok((message, Array::of1(&self.buffer)))
    }

    /// Reads what [`Self::into_js`] wrote.
    fn read(data: &JsValue) -> Option<Self> {
        let field = |name: &str| Reflect::get(data, &name.into()).ok();
        let number = |name: &str| field(name)?.as_f64().map(|number| number as usize);
        let buffer: ArrayBuffer = field("buffer")?.dyn_into().ok()?;
        let message = Self { words: field("words")?.as_string()?, buffer, n_floats: number("floats")?, n_bytes: number("bytes")? };
        let size = message.n_floats.checked_mul(FLOAT)?.checked_add(message.n_bytes)?;
        (size <= message.buffer.byte_length() as usize).then_some(message)
    }
}

impl ReceivedPacket for HelperAnswer {
    fn header(&self) -> &str {
        &self.message.words
    }

    fn n_floats(&self) -> usize {
        self.message.n_floats
    }

    fn n_bytes(&self) -> usize {
        self.message.n_bytes
    }

    fn copy_floats(&self, at: usize, to: &mut [f32]) {
        self.message.floats().subarray(at as u32, (at + to.len()) as u32).copy_to(to);
    }

    fn copy_bytes(&self, at: usize, to: &mut [u8]) {
        self.message.bytes().subarray(at as u32, (at + to.len()) as u32).copy_to(to);
    }
}

impl Drop for HelperAnswer {
    fn drop(&mut self) {
        let mut buffers = self.buffers.borrow_mut();
        if buffers.len() < self.n_kept {
            buffers.push(self.message.buffer.clone());
        }
    }
}

/// Bytes of a float32.
const FLOAT: usize = size_of::<f32>();

fn size(n_floats: usize, n_bytes: usize) -> usize {
    n_floats * FLOAT + n_bytes
}

fn read_message(data: &JsValue) -> HelperMessage {
    let field = |name: &str| Reflect::get(data, &name.into()).unwrap_or_default();
    if field("ready").is_truthy() {
        return HelperMessage::Ready;
    }
    match (field("stopped").as_string(), MessageContent::read(data)) {
        (None, Some(message)) => HelperMessage::Answer(message),
        (words, _) => HelperMessage::Failed(words.unwrap_or_else(|| "an answer that cannot be read".to_owned())),
    }
}

/// Address of a one-line script that imports the helper's program. Started from a blob, a helper has the content security
/// policy of the worker that starts it, which is the page's.
fn bootstrap_url() -> Result<String, JsValue> {
    let program = Reflect::get(&js_sys::global(), &START.into())?;
    if !program.is_string() {
        return Err("no address to start helpers from".into());
    }
    let script = Array::of1(&format!("import {};", JSON::stringify(&program)?).into());
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    Url::create_object_url_with_blob(&Blob::new_with_str_sequence_and_options(&script, &options)?)
}
