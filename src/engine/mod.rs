//! The engine owns the device and the loaded study. It is spoken to in [`message`]s only.

pub mod message;

#[cfg(feature = "compute")]
pub mod device;
