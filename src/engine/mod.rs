//! The engine owns the device and the loaded study. It is spoken to in the words of [`protocol`](crate::protocol) only.
//!
//! It never touches the browser: what it says goes through a [`Host`], and files come as
//! [`FileSource`](crate::files::FileSource)s, so that the same engine runs in a Web Worker and in native tests.

mod host;

mod clusters;
pub mod device;
mod element_map;
mod explaining;
mod failure;
mod figures;
mod group_job;
mod images;
pub mod interpret;
mod kept_maps;
mod model;
mod numbers;
mod progress;
mod session;
mod shelf;
mod single_map;
mod subject;

pub use failure::Ended;
pub use figures::FigureFiles;
pub use host::Host;
pub use images::Cohorts;
pub use session::{Engine, Given};
