//! What the peers of the benches need: a Python with PyTorch in a virtual environment of its own, and npm packages.

use std::fs;
use std::path::{Path, PathBuf};

use super::apt::{self, Packages};
use super::{npm, system};
use crate::paths;
use crate::run::{Outcome, announce, command, run};

/// What this file may install.
pub const VENV: Packages =
    Packages { names: &["python3", "python3-venv"], why: "the benches' Python packages get an environment of their own" };

/// PyTorch's own index of builds without CUDA: 200 MB where the general index has 3 GB.
const CPU_INDEX: &str = "https://download.pytorch.org/whl/cpu";

/// Python with the packages of benches/peers/requirements.txt.
pub fn python() -> Outcome<PathBuf> {
    let wanted = paths::root().join("benches/peers/requirements.txt");
    let wanted = fs::read_to_string(&wanted).map_err(|error| format!("{}: {error}", wanted.display()))?;
    let folder = paths::tools().join("python/peers");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    // Written last, so its presence says that all is there.
    let installed = folder.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    announce(
        "installing PyTorch for the benches",
        "the peer that all maps are compared with; 200 MB, or 3 GB where only the CUDA build is to be had",
    );
    environment(&folder)?;
    let torch = wanted.lines().find(|line| line.starts_with("torch==")).ok_or("benches/peers/requirements.txt names no torch")?;
    let without_cuda = run(pip(&python).args(["--retries", "0", "--timeout", "15", "--index-url", CPU_INDEX, torch]));
    if without_cuda.is_err() {
        run(pip(&python).arg(torch))?;
    }
    run(pip(&python).args(["-r", "benches/peers/requirements.txt"]))?;
    fs::write(&installed, &wanted).map_err(|error| format!("{}: {error}", installed.display()))?;
    Ok(python)
}

fn environment(folder: &Path) -> Outcome<()> {
    run(command(python_with_venv()?).args(["-m", "venv", "--clear"]).arg(folder))
}

/// A Python that can make environments, installed where there is none.
pub fn python_with_venv() -> Outcome<PathBuf> {
    system::any_python().or_else(|_| {
        apt::install(&VENV)?;
        system::any_python()
    })
}

fn pip(python: &Path) -> std::process::Command {
    let mut pip = command(python);
    pip.args(["-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check"]);
    pip
}

/// The packages of benches/peers/package-lock.json.
pub fn packages() -> Outcome<()> {
    npm::installed(&paths::root().join("benches/peers"), "onnxruntime-web", "the peers of the benches in the browser")
}
