//! Tools that cargo builds, from crates that a lock file in this folder's neighbours names: trunk, wasm-bindgen, its test runner.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::rust::host;
use crate::run::{Outcome, announce, cargo, command, find, output, run};
use crate::{paths, shared};

/// A tool that cargo builds.
pub struct Tool {
    /// The program's name.
    pub name: &'static str,
    version: String,
    /// The folder whose Cargo.lock names what is downloaded.
    locked_in: &'static str,
    /// What to install, for `cargo install`.
    what: &'static [&'static str],
    /// 0 for a tool that copies files, 1 for one that goes through megabytes of WebAssembly.
    opt_level: &'static str,
    why: &'static str,
}

/// Trunk, which makes the page from index.html and the two programs.
pub fn trunk() -> Outcome<Tool> {
    Ok(Tool {
        name: "trunk",
        version: version_in("xtask/trunk", "trunk")?,
        locked_in: "xtask/trunk",
        what: &["trunk", "--no-default-features"],
        opt_level: "0",
        why: "it bundles the page",
    })
}

/// wasm-bindgen, of exactly the library's version: the two share an unstable format.
pub fn wasm_bindgen() -> Outcome<Tool> {
    Ok(Tool {
        name: "wasm-bindgen",
        version: version_in(".", "wasm-bindgen")?,
        locked_in: "xtask/wasm-bindgen",
        what: &["--path", "xtask/wasm-bindgen", "--bin", "wasm-bindgen"],
        opt_level: "1",
        why: "it makes the JavaScript beside the WebAssembly",
    })
}

/// wasm-bindgen's test runner.
pub fn test_runner() -> Outcome<Tool> {
    let what = &["--path", "xtask/wasm-bindgen", "--features", "test-runner", "--bin", "wasm-bindgen-test-runner"];
    Ok(Tool { name: "wasm-bindgen-test-runner", what, why: "it runs tests in a browser", ..wasm_bindgen()? })
}

impl Tool {
    /// Whether the first program of this name on the path has the right version.
    pub fn is_installed(&self) -> bool {
        version_of(self.name).is_some_and(|version| version == self.version)
    }

    /// Downloads the crates it is built from.
    ///
    /// # Errors
    /// If that fails; nothing has been compiled then.
    pub fn fetch(&self) -> Outcome<()> {
        let host = host()?;
        let target = ["--target", host.as_str()];
        fetch(&manifest_in(self.locked_in), &target)?;
        // `cargo install` resolves a crate of a registry as it was published: with the dependencies that are optional there, too.
        let published = if self.is_from_the_registry() { self.published_manifest() } else { None };
        published.map_or(Ok(()), |manifest| fetch(&manifest, &target))
    }

    /// Builds and installs it from what [`Tool::fetch`] downloaded.
    ///
    /// # Errors
    /// If it does not compile.
    pub fn build(&self) -> Outcome<()> {
        // Two runs would take the place of each other's program.
        let _lock = shared::lock("tools")?;
        if self.is_installed() {
            return Ok(());
        }
        announce(&format!("building {} {}", self.name, self.version), &format!("{}; some minutes, once", self.why));
        run(self.install_command().arg("--quiet"))
    }

    /// What builds and installs it, without the network.
    pub fn install_command(&self) -> Command {
        let mut cargo = cargo();
        cargo.args(["install", "--locked", "--offline", "--force", "--root"]).arg(paths::tools()).args(self.what);
        if self.is_from_the_registry() {
            cargo.args(["--version", &self.version]);
        }
        cargo.env("CARGO_TARGET_DIR", paths::cache().join("target-tools"));
        cargo.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", self.opt_level);
        cargo
    }

    fn is_from_the_registry(&self) -> bool {
        self.what.first() != Some(&"--path")
    }

    /// Cargo.toml of the crate as it was published, where cargo has unpacked its download. None where crates do not come from a registry.
    fn published_manifest(&self) -> Option<PathBuf> {
        let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")))?;
        let registries = fs::read_dir(home.join("registry/src")).ok()?;
        let folder = format!("{}-{}", self.name, self.version);
        registries.filter_map(|registry| Some(registry.ok()?.path().join(&folder).join("Cargo.toml"))).find(|file| file.is_file())
    }

    /// Makes sure of it, at once.
    ///
    /// # Errors
    /// If it cannot be downloaded or built.
    pub fn install(&self) -> Outcome<()> {
        if self.is_installed() {
            return Ok(());
        }
        self.fetch()?;
        self.build()
    }
}

/// Downloads what the repository's Cargo.lock names, for all platforms: trunk asks cargo about all, and builds without the network.
pub fn fetch_workspace() -> Outcome<()> {
    fetch(&manifest_in("."), &[])
}

fn manifest_in(folder: &str) -> PathBuf {
    paths::root().join(folder).join("Cargo.toml")
}

fn fetch(manifest: &Path, options: &[&str]) -> Outcome<()> {
    let mut cargo = cargo();
    cargo.args(["fetch", "--quiet", "--locked"]).args(options).arg("--manifest-path").arg(manifest);
    run(&mut cargo)
        .map_err(|error| format!("{error}\nThe crates that {} names are not all here.", manifest.with_extension("lock").display()))
}

/// The second word of `tool --version`.
fn version_of(tool: &str) -> Option<String> {
    let path = find(tool)?;
    let text = output(command(path).arg("--version")).ok()?;
    text.split_whitespace().nth(1).map(str::to_owned)
}

/// The version of a crate in a folder's Cargo.lock.
fn version_in(folder: &str, name: &str) -> Outcome<String> {
    let file = paths::root().join(folder).join("Cargo.lock");
    let lock = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let entry = lock.split("[[package]]").find(|entry| super::rust::quoted_after(entry, "name").as_deref() == Some(name));
    let version = entry.and_then(|entry| super::rust::quoted_after(entry, "version"));
    version.ok_or_else(|| format!("{} names no {name}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_files_name_the_tools() {
        assert!(version_in(".", "wasm-bindgen").is_ok_and(|version| version.starts_with("0.2.")));
        assert!(version_in(".", "no-such-crate").is_err_and(|message| message.contains("no-such-crate")));
        assert!(trunk().is_ok_and(|tool| tool.version.starts_with("0.")));
    }

    #[test]
    fn the_tool_is_of_the_librarys_version() {
        let library = version_in(".", "wasm-bindgen");
        assert!(library.is_ok());
        for name in ["wasm-bindgen-cli-support", "wasm-bindgen-cli", "maplens-wasm-bindgen"] {
            assert_eq!(version_in("xtask/wasm-bindgen", name), library, "{name}: xtask/wasm-bindgen must follow Cargo.lock");
        }
    }
}
