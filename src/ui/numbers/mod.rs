//! Numbers of the shown map: relevance of each slice below the planes, how often which values occur, and both as tables and files.

mod follow;
mod histogram;
mod profile;
mod tables;

pub use follow::measure_shown_map;
pub use histogram::ThresholdHistogram;
pub use profile::ProfileStrip;
pub use tables::NumberTables;
