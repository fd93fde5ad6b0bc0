//! The native integration tests, in one binary.

mod files;
mod torch_file;
mod tsv;
