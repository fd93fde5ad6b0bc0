//! How the engine's work reports where it is, and how it notices a cancel.

use std::cell::{Cell, RefCell};

use super::Outlet;
use super::message::{Event, Progress, Stage};
use crate::files::LocalFuture;
use crate::network::{Pace, Stopped, Team};

/// How long work goes on before waiting messages are let in, in milliseconds: a fraction of the 100 ms in which a cancel
/// is to be answered.
const PAUSE_AFTER_MS: f64 = 15.0;

/// Reports to an outlet and pauses from time to time.
pub struct Pacer<'a> {
    outlet: &'a dyn Outlet,
    last_pause_ms: Cell<f64>,
    cover: RefCell<Option<Progress>>,
}

impl<'a> Pacer<'a> {
    /// Starts now.
    pub fn new(outlet: &'a dyn Outlet) -> Self {
        Self { outlet, last_pause_ms: Cell::new(outlet.now_ms()), cover: RefCell::new(None) }
    }

    /// From now on reports this instead of single steps: those of a job that is made of many.
    pub fn cover(&self, progress: Progress) {
        *self.cover.borrow_mut() = Some(progress);
    }

    /// Milliseconds on the outlet's clock.
    pub fn now_ms(&self) -> f64 {
        self.outlet.now_ms()
    }
}

impl Pace for Pacer<'_> {
    fn step(&self, stage: Stage, done: u64, total: u64) -> LocalFuture<'_, Result<(), Stopped>> {
        Box::pin(async move {
            if self.outlet.now_ms() - self.last_pause_ms.get() >= PAUSE_AFTER_MS {
                let own = || Progress { stage, done, total, about: None, remaining_ms: None };
                let progress = self.cover.borrow().clone().unwrap_or_else(own);
                self.outlet.post(Event::Progress(progress), Vec::new());
                self.outlet.pause().await;
                self.last_pause_ms.set(self.outlet.now_ms());
            }
            if self.outlet.is_cancelled() { Err(Stopped) } else { Ok(()) }
        })
    }

    fn team(&self) -> Option<&Team> {
        self.outlet.team()
    }
}
