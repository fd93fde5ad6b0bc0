//! The native integration tests, in one binary; one module per room.

mod caps;
mod export;
mod files;
mod fixtures;
#[cfg(feature = "oracle")]
mod layers;
mod maps;
#[cfg(feature = "compute")]
mod networks;
mod npy;
#[cfg(feature = "compute")]
#[path = "../numerics/mod.rs"]
mod numerics;
mod render;
mod torch_file;
mod tsv;
mod volume;
