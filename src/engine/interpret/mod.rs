//! `clinicadl interpret` for a data group: resolved, checked, computed, written, resumed, put together.
//!
//! The order of things is that of ClinicaDL 1.6.1: splits, then selections, then sessions in the order of the table, then
//! elements; means are sequential float32 sums in that order.

mod checkpoint_run;
mod group;
mod group_run;
mod journal;
pub mod kept;
mod mean;
mod merge;
mod report;
mod result_folder;
mod shard;
mod side_car;

pub use group::{Offered, Resolved, resolve};
pub use group_run::GroupRun;
pub use merge::merge;
pub use shard::Shard;
pub use side_car::SideCar;
