//! MapLens: saliency maps of trained brain-MRI networks, computed where the scan lies.
//!
//! **files → MAPS/CAPS parsing → network (checkpoint → layers) → attribution → volume + affine → slice rendering → canvas / export**
//!
//! A room imports only from rooms on lower floors. The rooms are declared here floor by floor, from the ground up;
//! `ARCHITECTURE.md` says what each turns into what, and `tests/tidy` holds the list.

#[cfg(feature = "compute")]
pub mod kernels;
pub mod pace;
pub mod tsv;

pub mod files;
pub mod helpers;

pub mod torch_file;

pub mod volume;

pub mod analysis;
pub mod maps;
pub mod render;

pub mod caps;
#[cfg(feature = "compute")]
pub mod network;
pub mod protocol;

#[cfg(feature = "compute")]
pub mod attribution;
pub mod export;

#[cfg(feature = "compute")]
pub mod engine;
#[cfg(target_arch = "wasm32")]
pub mod web;

#[cfg(all(feature = "compute", not(target_arch = "wasm32")))]
pub mod native;
#[cfg(all(feature = "page", target_arch = "wasm32"))]
pub mod ui;
