//! How the engine's work reports its progress, and how it notices a cancel.

use std::cell::{Cell, RefCell};

use super::Host;
use crate::network::HelperPool;
use crate::pace::{LocalFuture, Pace, Stage, Stopped};
use crate::protocol::{Event, Progress};

/// Milliseconds of work between two pauses, in which waiting messages are received: a fraction of the 100 ms in which a
/// cancel is to be answered.
const PAUSE_AFTER_MS: f64 = 15.0;

/// Reports progress to a host, and pauses from time to time so that a cancel can arrive.
pub struct Pacer<'a> {
    host: &'a dyn Host,
    last_pause_ms: Cell<f64>,
    /// The progress of the whole job, which is reported instead of that of each of its parts.
    whole_job: RefCell<Option<Progress>>,
}

impl<'a> Pacer<'a> {
    /// A reporter to `host`, which counts time from now on.
    pub fn new(host: &'a dyn Host) -> Self {
        Self { host, last_pause_ms: Cell::new(host.now_ms()), whole_job: RefCell::new(None) }
    }

    /// Reports `progress` from now on, instead of that of the part in work: for a job that is made of many.
    pub fn report_whole_job(&self, progress: Progress) {
        *self.whole_job.borrow_mut() = Some(progress);
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
                let progress = self.whole_job.borrow().clone().unwrap_or_else(own);
                self.host.post(Event::Progress(progress), Vec::new());
                self.host.pause().await;
                self.last_pause_ms.set(self.host.now_ms());
            }
            if self.host.is_cancelled() { Err(Stopped) } else { Ok(()) }
        })
    }
}
