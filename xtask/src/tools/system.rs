//! Programs that the operating system brings: Chromium, its driver, node, Python with the libraries that read what we write.

use std::env;
use std::path::PathBuf;

use super::apt::{self, Packages};
use crate::run::{Outcome, command, find, output};

const CHROMIUM: Packages = Packages { names: &["chromium"], why: "the browser tests need a browser with WebGPU" };
const DRIVER: Packages = Packages { names: &["chromium-driver"], why: "wasm-bindgen's test runner drives Chromium through it" };
const NODE: Packages = Packages { names: &["nodejs"], why: "wasm-opt and the browser tests run on node" };
// Apart from node: packages of node from elsewhere bring their own npm, and clash with this one.
const NPM: Packages = Packages { names: &["npm"], why: "it brings wasm-opt and the browser tests' packages" };
const PYTHON: Packages =
    Packages { names: &["python3", "python3-nibabel", "python3-torch"], why: "nibabel and torch read the exported files in the tests" };

/// What this file may install.
pub const PACKAGES: [&Packages; 5] = [&CHROMIUM, &DRIVER, &NODE, &NPM, &PYTHON];

/// The first version of node that has the test runner and what playwright-core wants.
const OLDEST_NODE: u32 = 18;

/// Chromium: `$CHROMIUM`, else the system's.
pub fn chromium() -> Outcome<PathBuf> {
    program("CHROMIUM", &["chromium", "chromium-browser", "google-chrome"], &CHROMIUM)
}

/// chromedriver: `$CHROMEDRIVER`, else the system's.
pub fn chromedriver() -> Outcome<PathBuf> {
    program("CHROMEDRIVER", &["chromedriver"], &DRIVER)
}

/// node, with npm.
pub fn node() -> Outcome<PathBuf> {
    let node = program("NODE", &["node", "nodejs"], &NODE)?;
    let version = output(command(&node).arg("--version"))?;
    if major(&version).is_none_or(|major| major < OLDEST_NODE) {
        return Err(format!(
            "{} is {}, but {OLDEST_NODE} is the oldest that will do; set NODE to a newer one",
            node.display(),
            version.trim()
        ));
    }
    program("NPM", &["npm"], &NPM)?;
    Ok(node)
}

/// The first number of `v20.1.0`.
fn major(version: &str) -> Option<u32> {
    version.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

/// A Python that has nibabel and torch: `$PYTHON`, else the system's, else the first on the path.
pub fn python() -> Outcome<PathBuf> {
    if let Some(python) = python_with_libraries() {
        return Ok(python);
    }
    apt::install(&PYTHON)?;
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
fn program(variable: &str, names: &[&str], packages: &Packages) -> Outcome<PathBuf> {
    let look =
        || env::var_os(variable).map(PathBuf::from).filter(|file| file.is_file()).or_else(|| names.iter().find_map(|name| find(name)));
    if let Some(found) = look() {
        return Ok(found);
    }
    apt::install(packages)?;
    look().ok_or_else(|| {
        format!("{} still missing after installing {}; set {variable} to its path", names.join(" / "), packages.names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_first_number_of_a_version_counts() {
        assert_eq!(super::major("v20.20.2\n"), Some(20));
        assert_eq!(super::major("node"), None);
    }
}
