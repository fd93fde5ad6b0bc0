//! The interface to helpers: what is sent to them, what they send back, and how they are started and reached.
//!
//! In a browser helpers are workers (`web/helpers`), in tests they are objects of the same thread. The code that computes does not
//! depend on which: it posts packets and takes events.

use crate::pace::LocalFuture;

/// A message to a helper: a header, and two arrays in parts that are joined on the way.
#[derive(Debug, Default)]
pub struct Packet<'a> {
    /// What the arrays are and what is to be done with them, as JSON.
    pub header: String,
    /// Consecutive parts of an array of float32.
    pub floats: Vec<&'a [f32]>,
    /// Consecutive parts of an array of bytes.
    pub bytes: Vec<&'a [u8]>,
}

/// A message of a helper whose arrays have not been copied yet.
pub trait ReceivedPacket {
    /// What the arrays are, as JSON.
    fn header(&self) -> &str;

    /// Number of float32 values.
    fn n_floats(&self) -> usize;

    /// Number of bytes.
    fn n_bytes(&self) -> usize;

    /// Copies `to.len()` values, the first of which is value `at`. The caller has compared the range with [`Self::n_floats`].
    fn copy_floats(&self, at: usize, to: &mut [f32]);

    /// Copies `to.len()` bytes, the first of which is byte `at`. The caller has compared the range with [`Self::n_bytes`].
    fn copy_bytes(&self, at: usize, to: &mut [u8]);
}

/// Something that happened to a helper.
pub enum HelperEvent {
    /// The helper has started and takes packets.
    Ready,
    /// The helper responds to a packet.
    Response(Box<dyn ReceivedPacket>),
    /// The helper failed, for a reason in its own or the platform's words.
    Failed(String),
}

/// Helpers, numbered from 0. Each works on its packets in the order in which they were posted.
pub trait HelperPort {
    /// Number of threads that this machine runs at the same time.
    fn n_threads(&self) -> usize;

    /// Starts `n` helpers; called only while there are none. Each becomes usable with [`HelperEvent::Ready`].
    ///
    /// # Errors
    /// If the platform starts none, in its words.
    fn start(&self, n: usize) -> Result<(), String>;

    /// Sends a packet to a helper.
    ///
    /// # Errors
    /// If it cannot be sent, in the platform's words.
    fn post(&self, helper: usize, packet: &Packet<'_>) -> Result<(), String>;

    /// Takes the next event that has arrived, with the number of its helper.
    fn next_event(&self) -> Option<(usize, HelperEvent)>;

    /// Lets messages arrive that are on their way, without waiting for any.
    fn yield_now(&self) -> LocalFuture<'_, ()>;

    /// Waits until there is an event, some hundredths of a second at most.
    fn wait_for_event(&self) -> LocalFuture<'_, ()>;

    /// Terminates all helpers; their events are dropped.
    fn terminate(&self);

    /// Logs that computation goes on without helpers, and why.
    fn warn(&self, why: &str);
}
