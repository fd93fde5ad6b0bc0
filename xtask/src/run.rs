//! Running other programs, with errors that name the command line.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use crate::paths;

/// What a step gives, or a sentence about what went wrong.
pub type Outcome<T> = Result<T, String>;

/// Says in one line what is about to be done and why. Not on standard output, which belongs to what was asked for.
pub fn announce(what: &str, why: &str) {
    eprintln!("xtask: {what} ({why})");
}

/// Variables of the surrounding shell that would change what is built: the first three replace the flags of .cargo/config.toml, or its
/// target; colours forced on would hide the lines that are counted.
const LEFT_OUT: [&str; 5] = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "FORCE_COLOR", "CLICOLOR_FORCE"];

/// Says which variables are set and not passed on, if any.
pub fn announce_left_out() {
    let set = LEFT_OUT.iter().filter(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty())).copied().collect::<Vec<_>>();
    if !set.is_empty() {
        announce(&format!("leaving out {}", set.join(", ")), "set in this shell; builds follow .cargo/config.toml alone");
    }
}

/// A command that runs in the repository's root with our tools first on the path and nothing on its standard input.
pub fn command(program: impl Into<OsString>) -> Command {
    let mut command = Command::new(program.into());
    command.current_dir(paths::root()).stdin(Stdio::null());
    command.env("PATH", path_with_tools()).env("CARGO_TARGET_DIR", paths::target());
    for name in LEFT_OUT {
        command.env_remove(name);
    }
    // Python then reads and writes UTF-8, whatever the locale.
    command.env("PYTHONUTF8", "1");
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

/// Starts a program that goes on beside others, with all that it writes on standard error. It is stopped when it is dropped unfinished.
pub fn start(command: &mut Command) -> Outcome<Running> {
    let child = command.stdout(std::io::stderr()).spawn().map_err(|error| not_started(command, &error))?;
    Ok(Running { child, line: line(command) })
}

/// A program that was started.
pub struct Running {
    child: Child,
    line: String,
}

impl Running {
    /// Waits for its end.
    ///
    /// # Errors
    /// If it does not succeed.
    pub fn finish(mut self) -> Outcome<()> {
        let status = self.child.wait().map_err(|error| format!("waiting for `{}`: {error}", self.line))?;
        if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", self.line)) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // After `finish` there is nothing left to stop, and both calls do nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs to the end and gives what was written to standard output.
pub fn output(command: &mut Command) -> Outcome<String> {
    let Output { status, stdout, stderr } = command.output().map_err(|error| not_started(command, &error))?;
    if status.success() {
        return Ok(String::from_utf8_lossy(&stdout).into_owned());
    }
    Err(format!("`{}` ended with {status}: {}", line(command), String::from_utf8_lossy(&stderr).trim()))
}

/// Runs until a line of standard error is enough, and stops the command there.
///
/// # Errors
/// All that was written on standard error, if the command ends before.
pub fn until(command: &mut Command, is_enough: impl Fn(&str) -> bool) -> Outcome<()> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(|error| not_started(command, &error))?;
    let mut written = String::new();
    for raw in child.stderr.take().into_iter().flat_map(|stderr| BufReader::new(stderr).split(b'\n')) {
        let raw = raw.map_err(|error| format!("reading from `{}`: {error}", line(command)))?;
        let text = String::from_utf8_lossy(&raw);
        if is_enough(&text) {
            // It may have ended by itself meanwhile.
            let _ = child.kill();
            let _ = child.wait();
            return Ok(());
        }
        written.push_str(&text);
        written.push('\n');
    }
    let _ = child.wait();
    Err(format!("`{}` ended too early: {}", line(command), written.trim()))
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

/// Whether [`tools_bin`](paths::tools_bin) can stand on a search path, which a colon in its name forbids.
pub fn tools_can_be_found() -> bool {
    std::env::join_paths([paths::tools_bin()]).is_ok()
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
