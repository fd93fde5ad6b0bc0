//! Tools that rustup and cargo install.

use std::fs;
use std::path::Path;

use super::TRUNK_VERSION;
use crate::paths;
use crate::run::{Outcome, announce, cargo, command, find, output, run};

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The standard library for wasm32, for the toolchain that builds this repository.
pub fn wasm_target() -> Outcome<()> {
    let libdir = output(command("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]))?;
    if Path::new(libdir.trim()).is_dir() {
        return Ok(());
    }
    let channel = quoted_after(&read("rust-toolchain.toml")?, "channel").ok_or("rust-toolchain.toml names no channel")?;
    announce(&format!("adding the target {WASM_TARGET} to Rust {channel}"), "page and worker are WebAssembly");
    run(command("rustup").args(["target", "add", "--toolchain", &channel, WASM_TARGET])).map_err(|error| {
        format!("{error}\nThe target comes with rustup (https://rustup.rs); other Rust installations must bring it themselves.")
    })
}

/// Trunk, which makes the page from index.html and the two programs.
pub fn trunk() -> Outcome<()> {
    if version_of("trunk").is_some_and(|version| version == TRUNK_VERSION) {
        return Ok(());
    }
    announce(&format!("installing trunk {TRUNK_VERSION}"), "it bundles the page; some minutes, once");
    // It only copies files, so it is built unoptimised.
    install("0", &["trunk", "--locked", "--version", TRUNK_VERSION, "--no-default-features"])
}

/// wasm-bindgen and its test runner, of exactly the library's version: the two share an unstable format.
pub fn wasm_bindgen() -> Outcome<()> {
    let version = locked_version("wasm-bindgen")?;
    let installed = ["wasm-bindgen", "wasm-bindgen-test-runner"].iter().all(|tool| version_of(tool).as_deref() == Some(&*version));
    if installed {
        return Ok(());
    }
    announce(&format!("installing wasm-bindgen-cli {version}"), "it must match Cargo.lock; some minutes, once");
    // Not --locked: its lock file names a crate version that has been withdrawn from some registries.
    install("2", &["wasm-bindgen-cli", "--version", &version])
}

fn install(opt_level: &str, what: &[&str]) -> Outcome<()> {
    let mut cargo = cargo();
    cargo.arg("install").args(what).arg("--force").arg("--root").arg(paths::tools());
    cargo.env("CARGO_PROFILE_RELEASE_LTO", "false").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt_level).env("CARGO_TARGET_DIR", paths::cache().join("target-tools"));
    run(&mut cargo)
}

/// The last word of `tool --version`.
fn version_of(tool: &str) -> Option<String> {
    let path = find(tool)?;
    let text = output(command(path).arg("--version")).ok()?;
    text.split_whitespace().nth(1).map(str::to_owned)
}

fn locked_version(name: &str) -> Outcome<String> {
    let lock = read("Cargo.lock")?;
    let entry = lock.split("[[package]]").find(|entry| quoted_after(entry, "name").as_deref() == Some(name));
    entry.and_then(|entry| quoted_after(entry, "version")).ok_or_else(|| format!("Cargo.lock has no {name}"))
}

/// The string of the first line `key = "string"`.
fn quoted_after(text: &str, key: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='))?;
    Some(line.split('"').nth(1)?.to_owned())
}

fn read(name: &str) -> Outcome<String> {
    fs::read_to_string(paths::root().join(name)).map_err(|error| format!("{name}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::{locked_version, quoted_after};

    #[test]
    fn reads_toml_strings() {
        assert_eq!(quoted_after("[toolchain]\nchannel = \"1.95.0\"\n", "channel").as_deref(), Some("1.95.0"));
        assert_eq!(quoted_after("version = 3", "version"), None);
    }

    #[test]
    fn the_lock_file_names_wasm_bindgen() {
        assert!(locked_version("wasm-bindgen").is_ok_and(|version| version.starts_with("0.2.")));
        assert!(locked_version("no-such-crate").is_err());
    }
}
