//! The one place that knows tools and their versions. Each function makes sure of one tool and does nothing where it is there already.
//!
//! wasm-bindgen's version is that of Cargo.lock, Playwright's that of tests/e2e/package-lock.json, those of the benches' peers stand in
//! benches/peers/requirements.txt and benches/peers/package-lock.json, Rust's that of rust-toolchain.toml.

mod apt;
mod crates;
mod npm;
mod peers;
mod system;

pub use crates::{trunk, wasm_bindgen, wasm_target};
pub use npm::{playwright, wasm_opt};
pub use peers::{packages as peers_packages, python as peers_python};
pub use system::{chromedriver, chromium, node, python};

/// Trunk 0.22 needs a newer compiler than rust-toolchain.toml names.
const TRUNK_VERSION: &str = "0.21.14";

/// npm's `binaryen`, which holds wasm-opt; Debian's is too old to read what rustc writes.
pub const BINARYEN_VERSION: &str = "132.0.0";
