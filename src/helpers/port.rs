//! Threads that have no memory in common with the one that computes, and what crosses between them.
//!
//! In a browser they are workers (`web/port.rs`). Who computes does not know that: it sends parcels and takes what comes back.

use crate::pace::LocalFuture;

/// What one thread sends another: words, and two arrays in parts that are joined on the way.
#[derive(Debug, Default)]
pub struct Packet<'a> {
    /// What it is about, as JSON.
    pub words: String,
    /// Parts of an array of float32.
    pub floats: Vec<&'a [f32]>,
    /// Parts of an array of bytes.
    pub bytes: Vec<&'a [u8]>,
}

/// A packet that has arrived and waits to be copied to where it belongs.
pub trait ReceivedPacket {
    /// What it is about, as JSON.
    fn words(&self) -> &str;

    /// Number of float32 values.
    fn n_floats(&self) -> usize;

    /// Number of bytes.
    fn n_bytes(&self) -> usize;

    /// Copies values from the `at`-th on, which the caller knows to be there.
    fn copy_floats(&self, at: usize, to: &mut [f32]);

    /// Copies bytes from the `at`-th on, which the caller knows to be there.
    fn copy_bytes(&self, at: usize, to: &mut [u8]);
}

/// What was heard of a helper.
pub enum HelperEvent {
    /// It is there and listens.
    Ready,
    /// It answers.
    Answer(Box<dyn ReceivedPacket>),
    /// It failed, in its own or the platform's words.
    Failed(String),
}

/// Helpers, by numbers from 0. Each works on what it is sent in order.
pub trait HelperPort {
    /// Threads of this machine.
    fn n_threads(&self) -> usize;

    /// Starts so many helpers, of which none was started or all were dismissed. They are heard of when they are ready.
    ///
    /// # Errors
    /// If the platform starts none, in its words.
    fn start(&self, n: usize) -> Result<(), String>;

    /// Sends a packet to a helper.
    ///
    /// # Errors
    /// If it cannot be sent, in the platform's words.
    fn post(&self, helper: usize, packet: &Packet<'_>) -> Result<(), String>;

    /// The next event that has arrived, and of whom.
    fn take(&self) -> Option<(usize, HelperEvent)>;

    /// Lets messages arrive that are on their way.
    fn turn(&self) -> LocalFuture<'_, ()>;

    /// Waits until there is event, some hundredths of a second at most.
    fn wait(&self) -> LocalFuture<'_, ()>;

    /// Ends all helpers.
    fn dismiss(&self);

    /// Tells whoever looks after the program that it goes on without helpers.
    fn warn(&self, why: &str);
}
