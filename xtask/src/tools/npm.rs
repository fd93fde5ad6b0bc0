//! Tools that npm installs.

use std::fs;
use std::path::{Path, PathBuf};

use super::{BINARYEN_VERSION, system};
use crate::run::{Outcome, announce, command, run};
use crate::{paths, shared};

/// The wasm-opt of npm's `binaryen`: a script for node.
pub fn wasm_opt() -> Outcome<PathBuf> {
    system::node()?;
    let _lock = shared::lock("npm")?;
    let prefix = paths::tools().join("npm/binaryen");
    let package = prefix.join("node_modules/binaryen");
    if version_in(&package).as_deref() != Some(BINARYEN_VERSION) {
        announce(&format!("installing binaryen {BINARYEN_VERSION} from npm"), "its wasm-opt makes the WebAssembly smaller");
        make_dir(&prefix)?;
        run(npm(&prefix).args(["install", "--no-save", "--prefix"]).arg(&prefix).arg(format!("binaryen@{BINARYEN_VERSION}")))?;
    }
    Ok(package.join("bin/wasm-opt"))
}

/// playwright-core of tests/e2e/package-lock.json. It drives the Chromium of [`system::chromium`] and brings no browser of its own.
pub fn playwright() -> Outcome<()> {
    installed(&paths::e2e(), "playwright-core", "it drives the browser in tests/e2e")
}

/// The packages of a folder's package-lock.json, `package` among them.
pub fn installed(dir: &Path, package: &str, why: &str) -> Outcome<()> {
    system::node()?;
    let _lock = shared::lock("npm")?;
    let lock = dir.join("package-lock.json");
    let lock = fs::read_to_string(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    let wanted = lock.split_once(&format!("node_modules/{package}\"")).and_then(|(_, entry)| version_field(entry));
    if wanted.is_some() && version_in(&dir.join("node_modules").join(package)) == wanted {
        return Ok(());
    }
    announce(&format!("installing {package} from npm"), why);
    run(&mut ci(dir))
}

/// The command that installs what the package-lock.json of a folder names.
pub fn ci(dir: &Path) -> std::process::Command {
    let mut npm = npm(dir);
    npm.args(["ci", "--ignore-scripts"]);
    npm
}

fn npm(dir: &Path) -> std::process::Command {
    let mut npm = command("npm");
    npm.current_dir(dir).args(["--no-audit", "--no-fund", "--no-update-notifier"]);
    npm
}

fn version_in(package: &Path) -> Option<String> {
    version_field(&fs::read_to_string(package.join("package.json")).ok()?)
}

/// The value of the first `"version": "…"`.
fn version_field(json: &str) -> Option<String> {
    let (_, rest) = json.split_once("\"version\"")?;
    Some(rest.split('"').nth(1)?.to_owned())
}

fn make_dir(dir: &Path) -> Outcome<()> {
    fs::create_dir_all(dir).map_err(|error| format!("{}: {error}", dir.display()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_the_version_of_a_package() {
        assert_eq!(super::version_field("{\n  \"name\": \"x\",\n  \"version\": \"1.2.3\"\n}").as_deref(), Some("1.2.3"));
    }
}
