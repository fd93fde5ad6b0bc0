//! Numbers that are read off maps: nothing here draws, and nothing computes a map.

pub mod clusters;
pub mod comparison;
pub mod histogram;
pub mod profile;
pub mod rank_table;
mod ranks;
