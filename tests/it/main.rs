//! The native integration tests, in one binary.

mod caps;
mod export;
mod files;
mod fixtures;
mod maps;
mod npy;
mod torch_file;
mod tsv;
mod volume;
