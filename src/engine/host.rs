//! The program that an engine runs in: where its events go, and what it needs to know of the world around it.

use crate::network::HelperPool;
use crate::pace::LocalFuture;
use crate::protocol::{Attachment, Event};

/// The program around an engine.
pub trait Host {
    /// Sends an event about the running job.
    fn post(&self, event: Event, attachments: Vec<Attachment>);

    /// Pauses the work so that waiting messages are received.
    fn pause(&self) -> LocalFuture<'_, ()>;

    /// Whether the running job was cancelled.
    fn is_cancelled(&self) -> bool;

    /// A clock in milliseconds.
    fn now_ms(&self) -> f64;

    /// Size of the memory that the program has taken, in bytes, where it can be known. It never shrinks.
    fn memory_bytes(&self) -> Option<u64>;

    /// Threads that have no memory in common with the engine's, if there are any.
    fn helpers(&self) -> Option<&HelperPool> {
        None
    }
}
