//! The engines: how each is set up and started.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::process::Command;

use crate::dist::{self, Profile};
use crate::run::{self, Outcome, announce, cargo};
use crate::test::NATIVE_FEATURES;
use crate::{paths, tools};

/// An engine with a number of threads.
#[derive(Debug, PartialEq, Eq)]
pub struct Engine {
    /// Its name in the table.
    pub name: &'static str,
    /// Threads that it may use; a browser's graphics process takes what it takes.
    pub threads: usize,
    program: Program,
}

#[derive(Debug, PartialEq, Eq)]
enum Program {
    /// benches/engine, compiled for this machine.
    Native,
    /// benches/peers/pytorch.py with its first argument.
    Pytorch(&'static str),
    /// benches/browser/main.mjs.
    Browser,
}

const fn engine(name: &'static str, threads: usize, program: Program) -> Engine {
    Engine { name, threads, program }
}

/// All engines, ours first.
pub const ENGINES: &[Engine] = &[
    engine("maplens-wasm", 1, Program::Browser),
    engine("maplens-wasm", 2, Program::Browser),
    engine("maplens-native", 1, Program::Native),
    engine("maplens-native", 2, Program::Native),
    engine("maplens-webgpu", 1, Program::Browser),
    engine("burn-flex-wasm", 1, Program::Browser),
    engine("burn-stock-webgpu", 1, Program::Browser),
    engine("pytorch-as-clinicadl", 1, Program::Pytorch("as-clinicadl")),
    engine("pytorch-as-clinicadl", 2, Program::Pytorch("as-clinicadl")),
    engine("pytorch-inputs-only", 1, Program::Pytorch("inputs-only")),
    engine("pytorch-inputs-only", 2, Program::Pytorch("inputs-only")),
    engine("onnxruntime-web-wasm", 1, Program::Browser),
    engine("tfjs-webgpu", 1, Program::Browser),
];

impl Engine {
    /// Whether a word of a work's list means this one: the name, with `/2` for two threads.
    pub fn is_meant_by(&self, word: &str) -> bool {
        match word.strip_suffix("/2") {
            Some(name) => name == self.name && self.threads == 2,
            None => word == self.name && self.threads == 1,
        }
    }
}

/// What engines need, each set up when it is first asked for, and once.
pub struct Setup {
    no_build: bool,
    native: OnceCell<Outcome<()>>,
    python: OnceCell<Outcome<PathBuf>>,
    browser: OnceCell<Outcome<[PathBuf; 2]>>,
    packages: OnceCell<Outcome<()>>,
    page: OnceCell<Outcome<()>>,
    stock: OnceCell<Outcome<()>>,
}

impl Setup {
    /// Nothing is set up yet.
    pub fn new(no_build: bool) -> Self {
        let (native, python, browser) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        let (packages, page, stock) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { no_build, native, python, browser, packages, page, stock }
    }

    /// The Python of the peers, with PyTorch.
    pub fn python(&self) -> Outcome<PathBuf> {
        self.python.get_or_init(tools::peers_python).clone()
    }

    /// The command that starts an engine.
    ///
    /// # Errors
    /// If what it needs cannot be set up.
    pub fn command(&self, engine: &Engine) -> Outcome<Command> {
        match engine.program {
            Program::Native => {
                self.native.get_or_init(|| run::run(native().arg("--no-run"))).clone()?;
                let mut command = native();
                command.env("RAYON_NUM_THREADS", engine.threads.to_string());
                Ok(command)
            }
            Program::Pytorch(kind) => {
                let mut command = run::command(self.python()?);
                command.arg("benches/peers/pytorch.py").arg(kind).arg(engine.threads.to_string());
                Ok(command)
            }
            Program::Browser => self.browser(engine),
        }
    }

    fn browser(&self, Engine { name, threads, .. }: &Engine) -> Outcome<Command> {
        let set_up = || {
            tools::playwright()?;
            Ok([tools::node()?, tools::chromium()?])
        };
        let [node, chromium] = self.browser.get_or_init(set_up).clone()?;
        if name.starts_with("maplens-") {
            self.page.get_or_init(|| self.page()).clone()?;
        } else if name.starts_with("burn-") {
            self.stock.get_or_init(|| self.stock()).clone()?;
        } else {
            self.packages.get_or_init(tools::peers_packages).clone()?;
        }
        let mut command = run::command(node);
        command.arg("benches/browser/main.mjs").arg(name).arg(threads.to_string()).env("CHROMIUM", chromium);
        command.env("MAPLENS_DIST", paths::dist()).env("MAPLENS_STOCK", stock_folder());
        Ok(command)
    }

    fn page(&self) -> Outcome<()> {
        if self.no_build && paths::dist().join("worker_bg.wasm").is_file() { Ok(()) } else { dist::build(Profile::Release) }
    }

    /// The worker without kernels of our own: the same network from burn's operations.
    fn stock(&self) -> Outcome<()> {
        let folder = stock_folder();
        if self.no_build && folder.join("worker_bg.wasm").is_file() {
            return Ok(());
        }
        tools::wasm_target()?;
        tools::wasm_bindgen()?.install()?;
        announce("building the worker with stock burn operations", "a peer of our kernels");
        let features = ["--no-default-features", "--features", "compute,stock-kernels"];
        run::run(cargo().args(["build", "--release", "--target", "wasm32-unknown-unknown", "--bin", "worker"]).args(features))?;
        let program = paths::target().join("wasm32-unknown-unknown/release/worker.wasm");
        run::run(run::command("wasm-bindgen").args(["--target", "web", "--no-typescript", "--out-dir"]).arg(&folder).arg(program))?;
        let start = folder.join("worker_start.js");
        std::fs::copy(paths::root().join("www/worker_start.js"), &start).map(drop).map_err(|error| format!("{}: {error}", start.display()))
    }
}

fn native() -> Command {
    let mut command = cargo();
    command.args(["bench", "--quiet", "--profile", "release", "--features", NATIVE_FEATURES, "--bench", "engine"]);
    command
}

fn stock_folder() -> PathBuf {
    paths::cache().join("bench/stock-worker")
}

#[cfg(test)]
mod tests {
    use super::ENGINES;

    #[test]
    fn a_word_means_one_engine() {
        let meant = |word| ENGINES.iter().filter(|engine| engine.is_meant_by(word)).map(|engine| engine.threads).collect::<Vec<_>>();
        assert_eq!(meant("pytorch-inputs-only"), [1]);
        assert_eq!(meant("pytorch-inputs-only/2"), [2]);
        assert_eq!(meant("pytorch"), []);
    }
}
