//! How the engine's work reports where it is, and how it notices a cancel.

use std::cell::{Cell, RefCell};

use super::Outlet;
use super::message::{Event, Progress, Stage};
use crate::files::{FileError, FileTree, LocalFuture};
use crate::network::{Pace, Stopped};

/// How long work goes on before waiting messages are let in, in milliseconds: a fraction of the 100 ms in which a cancel
/// is to be answered.
const PAUSE_AFTER_MS: f64 = 15.0;

/// How much of a file is read between two looks at the messages, in bytes.
const READ_AT_ONCE: u64 = 16 << 20;

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

    /// All bytes of a file, read piece by piece.
    ///
    /// # Errors
    /// [`ReadError`]: the file's, or a cancel.
    pub async fn read(&self, tree: &FileTree, path: &str, stage: Stage) -> Result<Vec<u8>, ReadError> {
        let size = tree.size_of(path).ok_or_else(|| FileError::NotFound { path: path.to_owned() })?;
        if size <= READ_AT_ONCE {
            let bytes = tree.read(path).await?;
            self.step(stage, size, size).await?;
            return Ok(bytes);
        }
        let too_large = || FileError::TooLarge { path: path.to_owned(), size, limit: usize::MAX as u64 };
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(usize::try_from(size).map_err(|_| too_large())?).map_err(|_| too_large())?;
        let mut start = 0;
        while start < size {
            let end = (start + READ_AT_ONCE).min(size);
            bytes.extend_from_slice(&tree.read_range(path, start..end).await?);
            start = end;
            self.step(stage, start, size).await?;
        }
        Ok(bytes)
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
}

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// It could not be.
    File(FileError),
    /// The user did not want it any more.
    Stopped,
}

impl From<FileError> for ReadError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl From<Stopped> for ReadError {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}
