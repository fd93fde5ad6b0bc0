//! Redraws of the columns: one a frame, after the planes above have been drawn, so that dragging stays smooth.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use leptos::task::spawn_local;

use crate::web::frame::FrameLoop;
use crate::web::yield_now::macrotask;

/// A function that draws a column.
type Draw = Rc<dyn Fn()>;

/// Columns that wait for their redraw. Clones share one queue.
#[derive(Clone)]
pub struct RedrawQueue(Rc<QueuedRedraws>);

/// The content of a queue, shared by its clones.
struct QueuedRedraws {
    waiting: RefCell<VecDeque<(u32, Draw)>>,
    frames: FrameLoop,
}

impl RedrawQueue {
    /// An empty queue.
    pub fn new() -> Self {
        let next_frame = |inner: Weak<QueuedRedraws>| {
            FrameLoop::new(move || {
                let inner = inner.clone();
                // The planes above are drawn in the frame; what is drawn here is seen in the next.
                spawn_local(async move {
                    macrotask().await;
                    inner.upgrade().iter().for_each(|inner| inner.draw_one());
                });
            })
        };
        RedrawQueue(Rc::new_cyclic(|inner| QueuedRedraws { waiting: RefCell::default(), frames: next_frame(inner.clone()) }))
    }

    /// Queues a redraw of a column, unless one is queued already.
    pub fn request(&self, column: u32, draw: &Draw) {
        let mut waiting = self.0.waiting.borrow_mut();
        if waiting.iter().all(|(other, _)| *other != column) {
            waiting.push_back((column, draw.clone()));
        }
        self.0.frames.request();
    }
}

impl QueuedRedraws {
    fn draw_one(&self) {
        let next = self.waiting.borrow_mut().pop_front();
        if let Some((_, draw)) = next {
            draw();
        }
        if !self.waiting.borrow().is_empty() {
            self.frames.request();
        }
    }
}
