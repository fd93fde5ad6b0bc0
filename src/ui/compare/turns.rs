//! Redraws of the columns, one a frame and after the frame's own: dragging stays as smooth as without them.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use leptos::task::spawn_local;

use crate::web::frame::FrameLoop;
use crate::web::yield_now::macrotask;

/// Draws a column.
type Draw = Rc<dyn Fn()>;

/// Columns that wait for their turn.
#[derive(Clone)]
pub struct Turns(Rc<Inner>);

struct Inner {
    waiting: RefCell<VecDeque<(u32, Draw)>>,
    frames: FrameLoop,
}

impl Turns {
    pub fn new() -> Self {
        let next_frame = |inner: Weak<Inner>| {
            FrameLoop::new(move || {
                let inner = inner.clone();
                // The planes above are drawn in the frame; what is drawn here is seen in the next.
                spawn_local(async move {
                    macrotask().await;
                    inner.upgrade().iter().for_each(|inner| inner.draw_one());
                });
            })
        };
        Turns(Rc::new_cyclic(|inner| Inner { waiting: RefCell::default(), frames: next_frame(inner.clone()) }))
    }

    /// Asks for a redraw of a column, which is drawn once however often it is asked for until its turn.
    pub fn ask(&self, column: u32, draw: &Draw) {
        let mut waiting = self.0.waiting.borrow_mut();
        if waiting.iter().all(|(other, _)| *other != column) {
            waiting.push_back((column, draw.clone()));
        }
        self.0.frames.ask();
    }
}

impl Inner {
    fn draw_one(&self) {
        let next = self.waiting.borrow_mut().pop_front();
        if let Some((_, draw)) = next {
            draw();
        }
        if !self.waiting.borrow().is_empty() {
            self.frames.ask();
        }
    }
}
