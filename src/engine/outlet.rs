//! Where the engine's words go, and what it needs to know of the world around it.

use super::message::{Attachment, Event};
use crate::files::LocalFuture;
#[cfg(feature = "compute")]
use crate::network::Team;

/// The other end of the engine.
pub trait Outlet {
    /// Sends an event about the running job.
    fn post(&self, event: Event, attachments: Vec<Attachment>);

    /// Lets waiting messages be received.
    fn pause(&self) -> LocalFuture<'_, ()>;

    /// Whether the running job was cancelled.
    fn is_cancelled(&self) -> bool;

    /// A clock in milliseconds.
    fn now_ms(&self) -> f64;

    /// Size of the memory that the program has taken, in bytes, where it can be known. It never shrinks.
    fn memory_bytes(&self) -> Option<u64>;

    /// Threads that have no memory in common with the engine's, if there are any.
    #[cfg(feature = "compute")]
    fn team(&self) -> Option<&Team> {
        None
    }
}
