//! Redraws, at most one per frame of the screen.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

/// Runs a redraw in the next animation frame, however often it is asked for until then.
#[derive(Clone)]
pub struct FrameLoop {
    redraw: Rc<dyn Fn()>,
    is_asked: Rc<Cell<bool>>,
}

impl FrameLoop {
    /// Nothing is drawn yet.
    pub fn new(redraw: impl Fn() + 'static) -> Self {
        FrameLoop { redraw: Rc::new(redraw), is_asked: Rc::new(Cell::new(false)) }
    }

    /// Asks for a redraw.
    pub fn ask(&self) {
        if self.is_asked.replace(true) {
            return;
        }
        let (redraw, is_asked) = (self.redraw.clone(), self.is_asked.clone());
        let callback = Closure::once_into_js(move || {
            is_asked.set(false);
            redraw();
        });
        let asked = web_sys::window().map(|window| window.request_animation_frame(callback.unchecked_ref()));
        if !matches!(asked, Some(Ok(_))) {
            self.is_asked.set(false);
        }
    }
}
