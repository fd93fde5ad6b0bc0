//! Leaves the names of functions out of the released command line: a third of its size, which nothing reads.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    // Not as `strip` in the profile: that would also take from the WebAssembly programs what wasm-bindgen reads of their features.
    if is("CARGO_CFG_TARGET_OS", "linux") && is("PROFILE", "release") {
        println!("cargo::rustc-link-arg-bin=maplens=-Wl,--strip-all");
    }
}
