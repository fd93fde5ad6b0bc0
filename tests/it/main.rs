//! All native integration tests in one binary.

mod fixtures;
mod npy;
mod volume;
