//! The Rust toolchain of rust-toolchain.toml and its target for the browser.

use std::fs;
use std::path::Path;

use crate::paths;
use crate::run::{Outcome, announce, command, output, run};

/// What page and worker are compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The standard library for wasm32, for the toolchain that builds this repository.
pub fn wasm_target() -> Outcome<()> {
    let libdir = output(command("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]))?;
    if Path::new(libdir.trim()).is_dir() {
        return Ok(());
    }
    let channel = channel()?;
    announce(&format!("adding the target {WASM_TARGET} to Rust {channel}"), "page and worker are WebAssembly");
    run(command("rustup").args(["target", "add", "--toolchain", &channel, WASM_TARGET])).map_err(|error| {
        format!("{error}\nThe target comes with rustup (https://rustup.rs); other Rust installations must bring it themselves.")
    })
}

/// The platform that this compiler runs on.
pub fn host() -> Outcome<String> {
    let text = output(command("rustc").arg("-vV"))?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc -vV names no host".to_owned())
}

/// The toolchain in use: the shell's choice (`cargo +NAME`), else that of rust-toolchain.toml.
fn channel() -> Outcome<String> {
    if let Ok(chosen) = std::env::var("RUSTUP_TOOLCHAIN") {
        return Ok(chosen);
    }
    let file = paths::root().join("rust-toolchain.toml");
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    quoted_after(&text, "channel").ok_or_else(|| format!("{} names no channel", file.display()))
}

/// The string of the first line `key = "string"`.
pub fn quoted_after(text: &str, key: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='))?;
    Some(line.split('"').nth(1)?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_toml_strings() {
        assert_eq!(quoted_after("[toolchain]\nchannel = \"1.95.0\"\n", "channel").as_deref(), Some("1.95.0"));
        assert_eq!(quoted_after("version = 3", "version"), None);
    }

    #[test]
    fn rustup_brings_the_target() {
        let toolchain = fs::read_to_string(paths::root().join("rust-toolchain.toml")).expect("the repository has one");
        assert!(toolchain.contains(&format!("targets = [\"{WASM_TARGET}\"]")), "a newcomer's rustup installs it with the compiler");
    }
}
