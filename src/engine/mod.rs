//! The engine owns the device and the loaded study. It takes requests and gives events of [`protocol`](crate::protocol).
//!
//! It never touches the browser: events go to a [`Host`], and files come as [`FileSource`](crate::files::FileSource)s, so that
//! the same engine runs in a Web Worker and in native tests.

mod failure;
mod host;
mod progress;
mod request_files;
mod session;

pub mod group;
mod single;
pub mod study;
mod views;

pub use failure::JobEnd;
pub use host::Host;
pub use request_files::{FigureFiles, RequestFiles};
pub use session::Engine;
pub use study::{Cohorts, no_session};
