//! An engine in a process of its own: one request a line, one answer a line (benches/README.md).

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::json::{Fields, quoted};
use super::works::Work;
use crate::run::Outcome;

/// A running engine. It ends when it is dropped.
pub struct Engine {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Engine {
    /// Starts the program.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(command: &mut Command) -> Outcome<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("`{}` could not be started: {error}", command.get_program().to_string_lossy()))?;
        let (requests, answers) = (child.stdin.take(), child.stdout.take().ok_or("no standard output")?);
        Ok(Self { child, requests, answers: BufReader::new(answers) })
    }

    /// Makes the engine ready for a work on a case.
    ///
    /// # Errors
    /// What the engine says, or that it ended.
    pub fn load(&mut self, work: &Work, folder: &Path) -> Outcome<Fields> {
        let path = |name: &str| quoted(&folder.join(name).to_string_lossy());
        let [d, h, w] = work.case.shape;
        let case = format!(
            "{{\"network\":{},\"shape\":[{d},{h},{w}],\"folder\":{},\"maps\":{},\"images\":{},\"checkpoint\":{},\"inputs\":[{},{}]}}",
            quoted(work.case.network),
            quoted(&folder.to_string_lossy()),
            path("maps"),
            path("images"),
            path("maps/split-0/best-loss/model.pth.tar"),
            path("input-0.f32"),
            path("input-1.f32"),
        );
        self.ask(&format!("{{\"do\":\"load\",\"work\":{},\"case\":{case}}}", quoted(work.kind)))
    }

    /// Does the work once (or `repeat` times) and tells what it took.
    ///
    /// # Errors
    /// As [`Engine::load`].
    pub fn run(&mut self, input: usize, repeat: usize) -> Outcome<Fields> {
        self.ask(&format!("{{\"do\":\"run\",\"input\":{input},\"repeat\":{repeat}}}"))
    }

    /// Does the work and writes the map to a file.
    ///
    /// # Errors
    /// As [`Engine::load`].
    pub fn values(&mut self, input: usize, path: &Path) -> Outcome<Fields> {
        self.ask(&format!("{{\"do\":\"values\",\"input\":{input},\"path\":{}}}", quoted(&path.to_string_lossy())))
    }

    fn ask(&mut self, request: &str) -> Outcome<Fields> {
        let ended = || "the engine ended without an answer".to_owned();
        let requests = self.requests.as_mut().ok_or_else(ended)?;
        writeln!(requests, "{request}").and_then(|()| requests.flush()).map_err(|_| ended())?;
        let mut line = String::new();
        if self.answers.read_line(&mut line).map_err(|error| error.to_string())? == 0 {
            return Err(ended());
        }
        let fields = Fields::read(&line)?;
        match fields.text("error") {
            Some(error) => Err(error.to_owned()),
            None => Ok(fields),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // The end of its input tells an engine to end, and to close its browser.
        drop(self.requests.take());
        let _ = self.child.wait();
    }
}
