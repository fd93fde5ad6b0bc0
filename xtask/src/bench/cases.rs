//! The files of a case: made once by benches/peers/make_case.py and kept in the cache, too large for the repository.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::works::Case;
use crate::paths;
use crate::run::{self, Outcome, announce};

/// The scripts that make a case; when one changes, cases are made anew.
const SCRIPTS: [&str; 3] = ["make_case.py", "network.py", "onnx_graphs.py"];

/// The folder of a case.
///
/// # Errors
/// If it is not there and cannot be made.
pub fn folder_of(case: &Case, python: &Path) -> Outcome<PathBuf> {
    let scripts = paths::root().join("benches/peers");
    let key = key(&scripts).map_err(|error| format!("{}: {error}", scripts.display()))?;
    let folder = paths::cache().join("bench").join(format!("{}-{key}", case.name));
    if !folder.join("case.json").is_file() {
        forget_older(case);
        announce(&format!("making the case {}", case.name), "random weights, images, and PyTorch's maps of them; kept");
        let mut command = run::command(python);
        command.arg(scripts.join("make_case.py")).arg(&folder).arg(case.network).args(case.shape.map(|n| n.to_string()));
        if case.for_peers {
            command.arg("--peers");
        }
        // Standard output belongs to the table.
        run::output(&mut command)?;
    }
    Ok(folder)
}

/// Cases are hundreds of megabytes: what earlier scripts made is not kept. What cannot be removed stays, and harms nobody.
fn forget_older(case: &Case) {
    let start = format!("{}-", case.name);
    for entry in fs::read_dir(paths::cache().join("bench")).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&start) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Names the scripts' state. A cache key, not a defence against forgery.
fn key(scripts: &Path) -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    for script in SCRIPTS {
        fs::read(scripts.join(script))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}
