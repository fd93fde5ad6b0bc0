//! What is open: the device, the model, and the participants' images as the model takes them.

mod cohorts;
pub mod device;
pub(super) mod images;
pub(super) mod model;
pub(super) mod placement;
mod requests;

pub use cohorts::{Cohorts, no_session};
