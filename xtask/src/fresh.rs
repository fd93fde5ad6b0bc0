//! The test that a newcomer is: everything that the first commands download, into folders that are empty before and gone after.
//! It stops before anything is compiled for long. What is missing here would else be found on a machine that never saw this project.

mod place;

use std::fs;
use std::path::Path;

use crate::paths;
use crate::report::Report;
use crate::run::{self, Outcome, announce, cargo};
use crate::tools::{self, Tool};
use place::Place;

/// The folders whose Cargo.lock names crates that a build takes.
const LOCKED: [&str; 3] = [".", "xtask/wasm-bindgen", "xtask/trunk"];

/// The folders whose package-lock.json names what the browser tests and the benches take.
const NPM_FOLDERS: [&str; 2] = ["tests/e2e", "benches/peers"];

/// The lists of Python packages: the benches', and those of the scripts that make fixtures.
const REQUIREMENTS: [&str; 5] = [
    "benches/peers/requirements.txt",
    "tests/reference/requirements.txt",
    "tests/reference/requirements-comparison.txt",
    "tests/reference/requirements-nilearn.txt",
    "tests/reference/requirements-numbers.txt",
];

/// Runs all of it.
pub fn test(report: &mut Report) {
    report.step("fresh: crates and wasm-opt", |_| crates(&Place::new()?));
    report.step("fresh: npm packages", |_| npm(&Place::new()?));
    report.step("fresh: Python packages", |_| python(&Place::new()?));
    if tools::apt_is_here() {
        report.step("fresh: Debian packages", |_| tools::debian_packages_available(&Place::new()?.folder("lists")));
    } else {
        announce("Debian packages left out", "there is no apt-get here");
    }
}

/// `cargo xtask dist --fetch` as a newcomer's first command begins, and then what trunk and the tests ask of cargo, without the network.
fn crates(place: &Place) -> Outcome<()> {
    let xtask = std::env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))?;
    run::run(place.furnish(run::command(xtask).args(["dist", "--fetch"])))?;
    LOCKED.iter().try_for_each(|folder| all_here(place, folder))?;
    [tools::trunk()?, tools::wasm_bindgen()?].iter().try_for_each(|tool| begins_to_compile(place, tool))
}

/// An error if building a tool would have to download something: it is begun, and stopped at its first crate.
fn begins_to_compile(place: &Place, tool: &Tool) -> Outcome<()> {
    run::until(place.furnish(&mut tool.install_command()), |line| line.contains("Compiling"))
}

/// An error if a build in `folder` would have to download something.
fn all_here(place: &Place, folder: &str) -> Outcome<()> {
    let manifest = paths::root().join(folder).join("Cargo.toml");
    let ask = |words: &[&str]| run::output(place.furnish(cargo().args(words).arg("--manifest-path").arg(&manifest)));
    // The repository's own crates for every platform, since trunk asks about all; a tool's for this one.
    let platform = if folder == "." { vec![] } else { vec!["--target".to_owned(), tools::host()?] };
    let fetch = ["fetch", "--offline", "--locked"].into_iter().chain(platform.iter().map(String::as_str)).collect::<Vec<_>>();
    ask(&fetch).map_err(|error| format!("{folder}/Cargo.lock names crates that were not downloaded beforehand.\n{error}"))?;
    if folder == "." {
        ask(&["metadata", "--offline", "--locked", "--all-features", "--format-version", "1"])?;
    }
    Ok(())
}

fn npm(place: &Place) -> Outcome<()> {
    tools::node()?;
    for from in NPM_FOLDERS {
        let to = place.folder(from);
        fs::create_dir_all(&to).map_err(|error| format!("{}: {error}", to.display()))?;
        for name in ["package.json", "package-lock.json"] {
            let file = paths::root().join(from).join(name);
            fs::copy(&file, to.join(name)).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        run::run(place.furnish(&mut tools::npm_ci(&to)))?;
    }
    Ok(())
}

/// An environment is made and every pinned version looked up. Nothing is downloaded: PyTorch alone has 200 MB to 3 GB.
fn python(place: &Place) -> Outcome<()> {
    let python = tools::python_with_venv()?;
    run::run(place.furnish(run::command(&python).args(["-m", "venv"]).arg(place.folder("python"))))?;
    let program = place.folder("python").join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let version = run::output(run::command(&program).arg("--version"))?;
    for list in REQUIREMENTS {
        let text = fs::read_to_string(paths::root().join(list)).map_err(|error| format!("{list}: {error}"))?;
        match wanted_python(&text) {
            Some(wanted) if !version.contains(&format!("Python {wanted}.")) => {
                announce(&format!("{list} left out"), &format!("it is for Python {wanted}, here is {}", version.trim()));
            }
            _ => pins(&text).try_for_each(|pin| offered(place, &program, pin).map_err(|error| format!("{list}: {error}")))?,
        }
    }
    Ok(())
}

/// `NAME==VERSION` of each line that is not a comment.
fn pins(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.trim().split_once("=="))
}

/// The version after "with Python" in a list's first comment.
fn wanted_python(list: &str) -> Option<&str> {
    let (_, rest) = list.lines().next()?.split_once("with Python ")?;
    Some(rest.split(|c: char| !c.is_ascii_digit() && c != '.').next()?.trim_end_matches('.'))
}

/// An error if the index has no package of this version for this Python.
fn offered(place: &Place, python: &Path, (name, version): (&str, &str)) -> Outcome<()> {
    let mut pip = run::command(python);
    pip.args(["-m", "pip", "index", "versions", name, "--disable-pip-version-check"]);
    let versions = run::output(place.furnish(&mut pip))?;
    if is_listed(&versions, version) { Ok(()) } else { Err(format!("{name} {version} is not offered; there are: {}", versions.trim())) }
}

fn is_listed(versions: &str, version: &str) -> bool {
    let listed = versions.lines().filter_map(|line| line.trim().strip_prefix("Available versions: "));
    listed.flat_map(|line| line.split(", ")).any(|listed| listed == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_that_were_not_fetched_are_seen() {
        let place = Place::new().expect("the cache can be written");
        for folder in LOCKED {
            let missing = all_here(&place, folder);
            assert!(missing.as_ref().is_err_and(|message| message.contains("not downloaded beforehand")), "{folder}: {missing:?}");
        }
    }

    /// Folders below `folder`, as paths from the root, that hold a file called `name`.
    fn holders(folder: &str, name: &str, found: &mut Vec<String>) {
        for entry in fs::read_dir(paths::root().join(folder)).expect(folder) {
            let entry = entry.expect(folder);
            let (path, file_name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let is_written = !["node_modules", "target", "dist"].contains(&&*file_name) && !file_name.starts_with('.');
            if file_name == name {
                found.push(folder.to_owned());
            } else if is_written && path.is_dir() {
                holders(&if folder == "." { file_name } else { format!("{folder}/{file_name}") }, name, found);
            }
        }
    }

    #[test]
    fn every_lock_file_is_looked_at() {
        for (name, known) in [("Cargo.lock", &LOCKED[..]), ("package-lock.json", &NPM_FOLDERS[..])] {
            let (mut found, mut known) = (Vec::new(), known.to_vec());
            holders(".", name, &mut found);
            found.sort();
            known.sort_unstable();
            assert_eq!(found, known, "folders with a {name}");
        }
    }

    #[test]
    fn pins_and_their_python_are_read() {
        let list = "# For make_number_fixtures.py, with Python 3.11.\nnumpy==1.24.2\nnibabel==5.0.0\n";
        assert_eq!(pins(list).collect::<Vec<_>>(), [("numpy", "1.24.2"), ("nibabel", "5.0.0")]);
        assert_eq!((wanted_python(list), wanted_python("torch==2.5.1\n")), (Some("3.11"), None));
        for list in REQUIREMENTS {
            let text = fs::read_to_string(paths::root().join(list)).expect(list);
            assert!(pins(&text).count() > 0, "{list}");
        }
    }

    #[test]
    fn a_version_counts_only_where_it_stands_in_the_list() {
        let answer = "numpy (2.4.0)\nAvailable versions: 2.4.0, 2.1.3, 1.24.2\n  INSTALLED: 1.0\n";
        assert!(is_listed(answer, "2.1.3"));
        assert!(!is_listed(answer, "2.1") && !is_listed(answer, "1.0"));
    }
}
