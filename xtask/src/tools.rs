//! The one place that knows tools and their versions. Each function makes sure of one tool and does nothing where it is there already.
//!
//! wasm-bindgen's version is that of Cargo.lock, trunk's that of xtask/trunk/Cargo.lock, Playwright's that of tests/e2e/package-lock.json,
//! those of the benches' peers stand in benches/peers/requirements.txt and benches/peers/package-lock.json, Rust's in rust-toolchain.toml.

mod apt;
mod crates;
mod npm;
mod peers;
mod rust;
mod system;

pub use apt::is_here as apt_is_here;
pub use crates::{Tool, fetch_workspace, test_runner, trunk, wasm_bindgen};
pub use npm::{ci as npm_ci, playwright, wasm_opt};
pub use peers::{packages as peers_packages, python as peers_python, python_with_venv};
pub use rust::{WASM_TARGET, host, wasm_target};
pub use system::{chromedriver, chromium, node, python};

/// npm's `binaryen`, which holds wasm-opt; Debian's is too old to read what rustc writes.
pub const BINARYEN_VERSION: &str = "132.0.0";

/// Simulates the installation of every Debian package that may be installed, from lists downloaded into the empty folder `lists`.
pub fn debian_packages_available(lists: &std::path::Path) -> crate::run::Outcome<()> {
    let groups = system::PACKAGES.into_iter().chain([&peers::VENV]).collect::<Vec<_>>();
    apt::available(&groups, lists)
}
