//! Running other programs, with errors that name the command line.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::paths;

/// What a step gives, or a sentence about what went wrong.
pub type Outcome<T> = Result<T, String>;

/// Says in one line what is about to be done and why. Not on standard output, which belongs to what was asked for.
pub fn announce(what: &str, why: &str) {
    eprintln!("xtask: {what} ({why})");
}

/// A command that runs in the repository's root with our tools first on the path and nothing on its standard input.
pub fn command(program: impl Into<OsString>) -> Command {
    let mut command = Command::new(program.into());
    command.current_dir(paths::root()).stdin(Stdio::null());
    command.env("PATH", path_with_tools()).env("CARGO_TARGET_DIR", paths::target());
    command
}

/// Cargo, the one that runs us.
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs to the end, with all that it writes on standard error; an error if the program cannot be started or does not succeed.
pub fn run(command: &mut Command) -> Outcome<()> {
    let status = command.stdout(std::io::stderr()).status().map_err(|error| not_started(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", line(command))) }
}

/// Runs to the end and gives what was written to standard output.
pub fn output(command: &mut Command) -> Outcome<String> {
    let Output { status, stdout, stderr } = command.output().map_err(|error| not_started(command, &error))?;
    if status.success() {
        return Ok(String::from_utf8_lossy(&stdout).into_owned());
    }
    Err(format!("`{}` ended with {status}: {}", line(command), String::from_utf8_lossy(&stderr).trim()))
}

/// Runs to the end, shows each line of standard output as it comes and hands it to `see`.
pub fn watch(command: &mut Command, mut see: impl FnMut(&str)) -> Outcome<()> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| not_started(command, &error))?;
    for raw in child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).split(b'\n')) {
        let raw = raw.map_err(|error| format!("reading from `{}`: {error}", line(command)))?;
        let text = String::from_utf8_lossy(&raw);
        println!("{text}");
        see(&text);
    }
    let status = child.wait().map_err(|error| format!("waiting for `{}`: {error}", line(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", line(command))) }
}

/// Where `program` lies on the path (our tools included).
pub fn find(program: &str) -> Option<PathBuf> {
    let path = path_with_tools();
    let candidates = std::env::split_paths(&path).map(|dir| dir.join(program)).collect::<Vec<_>>();
    candidates.into_iter().find(|file| file.is_file())
}

fn path_with_tools() -> OsString {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let dirs = std::iter::once(paths::tools_bin()).chain(std::env::split_paths(&old));
    std::env::join_paths(dirs).unwrap_or(old)
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn not_started(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` could not be started: {error}", line(command))
}
