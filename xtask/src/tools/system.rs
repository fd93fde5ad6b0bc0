//! Programs that the operating system brings: Chromium, its driver, node, Python with the libraries that read what we write.

use std::env;
use std::path::PathBuf;

use super::apt;
use crate::run::{Outcome, command, find, output};

/// Chromium: `$CHROMIUM`, else the system's.
pub fn chromium() -> Outcome<PathBuf> {
    program("CHROMIUM", &["chromium", "chromium-browser", "google-chrome"], &["chromium"], "the browser tests need a browser with WebGPU")
}

/// chromedriver: `$CHROMEDRIVER`, else the system's.
pub fn chromedriver() -> Outcome<PathBuf> {
    program("CHROMEDRIVER", &["chromedriver"], &["chromium-driver"], "wasm-bindgen's test runner drives Chromium through it")
}

/// node, with npm.
pub fn node() -> Outcome<PathBuf> {
    program("NPM", &["npm"], &["nodejs", "npm"], "wasm-opt and the browser tests run on node")?;
    program("NODE", &["node"], &["nodejs"], "wasm-opt and the browser tests run on node")
}

/// A Python that has nibabel and torch: `$PYTHON`, else the system's, else the first on the path.
pub fn python() -> Outcome<PathBuf> {
    if let Some(python) = python_with_libraries() {
        return Ok(python);
    }
    apt::install(&["python3", "python3-nibabel", "python3-torch"], "nibabel and torch read the exported files in the tests")?;
    python_with_libraries().ok_or_else(|| "no Python here can import nibabel and torch; set PYTHON to one that can".to_owned())
}

/// A Python that can make environments: `$PYTHON`, else the system's, else the first on the path.
pub fn any_python() -> Outcome<PathBuf> {
    let has_venv = |python: &PathBuf| output(command(python).args(["-c", "import venv, ensurepip"])).is_ok();
    pythons().find(has_venv).ok_or_else(|| "there is no Python here with the module venv; set PYTHON to one".to_owned())
}

fn pythons() -> impl Iterator<Item = PathBuf> {
    [env::var_os("PYTHON").map(PathBuf::from), Some("/usr/bin/python3".into()), find("python3")].into_iter().flatten()
}

fn python_with_libraries() -> Option<PathBuf> {
    pythons().find(|python| output(command(python).args(["-c", "import nibabel, torch"])).is_ok())
}

/// `$variable`, else the first of `names` on the path, else what `packages` install.
fn program(variable: &str, names: &[&str], packages: &[&str], why: &str) -> Outcome<PathBuf> {
    let look =
        || env::var_os(variable).map(PathBuf::from).filter(|file| file.is_file()).or_else(|| names.iter().find_map(|name| find(name)));
    if let Some(found) = look() {
        return Ok(found);
    }
    apt::install(packages, why)?;
    look()
        .ok_or_else(|| format!("{} still missing after installing {}; set {variable} to its path", names.join(" / "), packages.join(", ")))
}
