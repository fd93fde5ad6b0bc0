//! The engine owns the device and the loaded study. It is spoken to in [`message`]s only.
//!
//! It never touches the browser: what it says goes through an [`Outlet`], and files come as
//! [`FileSource`](crate::files::FileSource)s, so that the same engine runs in a Web Worker and in native tests.

pub mod message;
mod outlet;

#[cfg(feature = "compute")]
mod clusters;
#[cfg(feature = "compute")]
pub mod device;
#[cfg(feature = "compute")]
mod element_map;
#[cfg(feature = "compute")]
mod explaining;
#[cfg(feature = "compute")]
mod failure;
#[cfg(feature = "compute")]
mod figures;
#[cfg(feature = "compute")]
mod group_job;
#[cfg(feature = "compute")]
mod images;
#[cfg(feature = "compute")]
pub mod interpret;
#[cfg(feature = "compute")]
mod kept_maps;
#[cfg(feature = "compute")]
mod model;
#[cfg(feature = "compute")]
mod numbers;
#[cfg(feature = "compute")]
mod progress;
#[cfg(feature = "compute")]
mod session;
#[cfg(feature = "compute")]
mod shelf;
#[cfg(feature = "compute")]
mod single_map;
#[cfg(feature = "compute")]
mod subject;

#[cfg(feature = "compute")]
pub use failure::Ended;
#[cfg(feature = "compute")]
pub use figures::FigureFiles;
#[cfg(feature = "compute")]
pub use images::Cohorts;
pub use outlet::Outlet;
#[cfg(feature = "compute")]
pub use session::{Engine, Given};
