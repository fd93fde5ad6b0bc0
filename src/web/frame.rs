//! Redraws, at most one per frame of the screen.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

/// Runs a redraw in the next animation frame, however often it is requested until then.
#[derive(Clone)]
pub struct FrameLoop {
    redraw: Rc<dyn Fn()>,
    is_requested: Rc<Cell<bool>>,
}

impl FrameLoop {
    /// A loop that has drawn nothing yet.
    pub fn new(redraw: impl Fn() + 'static) -> Self {
        FrameLoop { redraw: Rc::new(redraw), is_requested: Rc::new(Cell::new(false)) }
    }

    /// Requests a redraw.
    pub fn request(&self) {
        if self.is_requested.replace(true) {
            return;
        }
        let (redraw, is_requested) = (self.redraw.clone(), self.is_requested.clone());
        let callback = Closure::once_into_js(move || {
            is_requested.set(false);
            redraw();
        });
        let requested = web_sys::window().map(|window| window.request_animation_frame(callback.unchecked_ref()));
        if !matches!(requested, Some(Ok(_))) {
            self.is_requested.set(false);
        }
    }
}
