//! Numbers of the shown map: relevance of each slice below the planes, how often which values are, the same as tables and files.

mod histogram;
mod profile;
mod state;
mod tables;

pub use histogram::ThresholdHistogram;
pub use profile::ProfileStrip;
pub use state::follow_map;
pub use tables::NumberTables;
