//! Checks of refused commands: exit code, sentence, and that nothing is written.

use std::collections::BTreeMap;
use std::fs;

use super::{Sandbox, files, sentence};

/// All files, and all folders as files without bytes: an empty folder is a trace, too.
fn everything(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    let mut found = files(&sandbox.root);
    let mut waiting = vec![sandbox.root.clone()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap).filter(|entry| entry.file_type().unwrap().is_dir()) {
            found.insert(format!("{}/", entry.path().display()), Vec::new());
            waiting.push(entry.path());
        }
    }
    found
}

/// Usage errors.
pub const USAGE: i32 = 2;

/// All other errors.
pub const FAILURE: i32 = 1;

/// Commands that must be refused, all of which are checked before a test fails, so that it shows everything that is wrong.
pub struct Refusals<'a> {
    sandbox: &'a Sandbox,
    before: BTreeMap<String, Vec<u8>>,
    misses: Vec<String>,
}

impl<'a> Refusals<'a> {
    pub fn of(sandbox: &'a Sandbox) -> Self {
        Self { sandbox, before: everything(sandbox), misses: Vec::new() }
    }

    /// The command ends with this code and sentence, and leaves every file as it was.
    pub fn expect(&mut self, command: &str, code: i32, expected: &str) {
        let output = self.sandbox.run(command);
        let found = sentence(&output);
        if output.status.code() != Some(code) || found != expected {
            self.misses.push(format!("{command}\n  gave {:?}: {found}\n  not  {code}: {expected}", output.status.code()));
        }
        if !output.stdout.is_empty() && code != USAGE {
            self.misses.push(format!("{command}\n  wrote to standard output"));
        }
        let after = everything(self.sandbox);
        let written: Vec<&String> =
            after.iter().filter(|(path, bytes)| self.before.get(*path) != Some(bytes)).map(|(path, _)| path).collect();
        let gone: Vec<&String> = self.before.keys().filter(|path| !after.contains_key(*path)).collect();
        if !written.is_empty() || !gone.is_empty() {
            self.misses.push(format!("{command}\n  wrote {written:?} and removed {gone:?}"));
            self.before = after;
        }
    }

    pub fn check(self) {
        assert!(self.misses.is_empty(), "{}", self.misses.join("\n"));
    }
}
