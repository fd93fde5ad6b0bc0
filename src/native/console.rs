//! The terminal as the engine's host: a progress bar on standard error, and Ctrl-C as a request to cancel.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use crate::engine::Host;
use crate::pace::{LocalFuture, Stage};
use crate::protocol::{Attachment, Event, Progress};

/// Whether Ctrl-C was pressed.
static CANCELLED: AtomicBool = AtomicBool::new(false);

/// The terminal as the engine's host.
pub struct Console {
    bar: ProgressBar,
    started: Instant,
}

impl Console {
    /// Shows a progress bar if standard error is a terminal and `quiet` is false, and installs the handler of Ctrl-C.
    pub fn new(quiet: bool) -> Self {
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
        // The template is a constant; a mistake in it shows at the first run.
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} maps · {msg}") {
            bar.set_style(style);
        }
        // A second Ctrl-C ends the program at once.
        let cancel = || {
            if CANCELLED.swap(true, Ordering::Relaxed) {
                std::process::exit(130)
            }
        };
        let _ = ctrlc::set_handler(cancel);
        Self { bar, started: Instant::now() }
    }

    /// Removes the progress bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn show(&self, progress: &Progress) {
        if progress.stage != Stage::Interpreting {
            return;
        }
        self.bar.set_length(progress.total);
        self.bar.set_position(progress.done);
        let left = progress.remaining_ms.map(|milliseconds| format!(" · {} left", minutes(milliseconds))).unwrap_or_default();
        self.bar.set_message(format!("{}{left}", progress.about.as_deref().unwrap_or_default()));
    }
}

impl Host for Console {
    fn post(&self, event: Event, _attachments: Vec<Attachment>) {
        if let Event::Progress(progress) = event {
            self.show(&progress);
        }
    }

    fn pause(&self) -> LocalFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn is_cancelled(&self) -> bool {
        CANCELLED.load(Ordering::Relaxed)
    }

    fn now_ms(&self) -> f64 {
        self.started.elapsed().as_secs_f64() * 1e3
    }

    fn memory_bytes(&self) -> Option<u64> {
        None
    }
}

/// A duration in words: `40 s`, `3 min 05 s`.
fn minutes(milliseconds: f64) -> String {
    let seconds = (milliseconds / 1e3).round() as u64;
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {:02} s", seconds / 60, seconds % 60) }
}
