//! Numbers that are read off maps: nothing here draws, and nothing computes a map.

pub mod clusters;
pub mod comparison;
mod ranks;
