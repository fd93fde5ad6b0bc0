//! Helpers: workers that have no memory in common with the thread that computes, as a platform offers them.
//!
//! `network/helper_pool` decides what is sent to them and what they compute; the platform starts and reaches them (`web/helpers` in a
//! browser, objects of the same thread in tests).

mod port;

pub use port::{HelperEvent, HelperPort, Packet, ReceivedPacket};
