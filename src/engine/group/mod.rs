//! `clinicadl interpret` for a data group: resolved, checked, computed, written, resumed, put together.
//!
//! The order of things is that of ClinicaDL 1.6.1: splits, then selections, then sessions in the order of the table, then
//! elements; means are sequential float32 sums in that order.

mod checkpoint_run;
mod group_run;
mod journal;
pub(super) mod kept_runs;
mod mean;
mod merge;
mod report;
mod requests;
mod resolve;
mod result_folder;
mod result_writer;
mod shard;
mod side_car;

pub use group_run::GroupRun;
pub use merge::merge;
pub use resolve::{Offered, Resolved, resolve};
pub use shard::Shard;
pub use side_car::SideCar;
