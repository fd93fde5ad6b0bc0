//! Helpers: workers that have no memory in common with the thread that computes, as a platform offers them.
//!
//! What is sent to them and computed by them is [`network::helper_pool`](crate::network)'s; how they are started and reached is
//! the platform's (`web/helpers` in a browser, threads of the same program in tests).

mod port;

pub use port::{HelperEvent, HelperPort, Packet, ReceivedPacket};
