//! How the engine's work reports where it is, and how it notices a cancel.

use std::cell::{Cell, RefCell};

use super::Host;
use crate::network::HelperPool;
use crate::pace::{LocalFuture, Pace, Stage, Stopped};
use crate::protocol::{Event, Progress};

/// How long work goes on before waiting messages are let in, in milliseconds: a fraction of the 100 ms in which a cancel
/// is to be answered.
const PAUSE_AFTER_MS: f64 = 15.0;

/// Reports to a host and pauses from time to time.
pub struct Pacer<'a> {
    host: &'a dyn Host,
    last_pause_ms: Cell<f64>,
    cover: RefCell<Option<Progress>>,
}

impl<'a> Pacer<'a> {
    /// Starts now.
    pub fn new(host: &'a dyn Host) -> Self {
        Self { host, last_pause_ms: Cell::new(host.now_ms()), cover: RefCell::new(None) }
    }

    /// From now on reports this instead of single steps: those of a job that is made of many.
    pub fn cover(&self, progress: Progress) {
        *self.cover.borrow_mut() = Some(progress);
    }

    /// The helpers that may compute beside the engine, if there are any.
    pub fn helpers(&self) -> Option<&'a HelperPool> {
        self.host.helpers()
    }

    /// Milliseconds on the host's clock.
    pub fn now_ms(&self) -> f64 {
        self.host.now_ms()
    }
}

impl Pace for Pacer<'_> {
    fn step(&self, stage: Stage, done: u64, total: u64) -> LocalFuture<'_, Result<(), Stopped>> {
        Box::pin(async move {
            if self.host.now_ms() - self.last_pause_ms.get() >= PAUSE_AFTER_MS {
                let own = || Progress { stage, done, total, about: None, remaining_ms: None };
                let progress = self.cover.borrow().clone().unwrap_or_else(own);
                self.host.post(Event::Progress(progress), Vec::new());
                self.host.pause().await;
                self.last_pause_ms.set(self.host.now_ms());
            }
            if self.host.is_cancelled() { Err(Stopped) } else { Ok(()) }
        })
    }
}
