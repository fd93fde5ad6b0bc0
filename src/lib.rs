//! MapLens: saliency maps of trained brain-MRI networks, computed where the scan lies.
//!
//! **files → MAPS/CAPS parsing → network (checkpoint → layers) → attribution → volume + affine → slice rendering → canvas / export**
//!
//! Data walks this line once, forwards; a module imports only from modules to its left. The modules
//! are declared in reading order. See `ARCHITECTURE.md` for the rooms, their layers and the invariants.

pub mod crew;
pub mod files;
pub mod torch_file;
pub mod tsv;

pub mod caps;
pub mod maps;
pub mod volume;

pub mod analysis;
#[cfg(feature = "compute")]
pub mod network;
pub mod render;

pub mod attribution;
pub mod export;

pub mod engine;

#[cfg(all(feature = "compute", not(target_arch = "wasm32")))]
pub mod native;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub mod ui;
#[cfg(target_arch = "wasm32")]
pub mod web;
