//! `cargo xtask dist`: the page as static files in `dist/`, with their sizes and a ceiling for each program.

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::args::Args;
use crate::run::{self, Outcome, announce};
use crate::setup::{self, Extent, Fetched};
use crate::{compile, paths, shared, tools, wasm_opt};

const HELP: &str = "\
cargo xtask dist [OPTIONS]

Builds the page and the worker and leaves static files in dist/. All URLs are relative: any static host and any sub-folder will do.

  --debug   a quick build with debug assertions; no wasm-opt, no size check
  --fetch   download all that the build takes on a machine that has nothing, and stop before anything is compiled
  --help    this text
";

/// A program of the page and what is asked of its size.
struct Program {
    /// Cargo's name of the bin; trunk's file names begin with it.
    name: &'static str,
    /// Level for wasm-opt; `None` leaves the program as rustc made it.
    wasm_opt_level: Option<&'static str>,
    /// Largest gzipped size in bytes.
    gzip_ceiling: u64,
}

const PROGRAMS: [Program; 2] = [
    // First paint waits for this one; it has a profile of its own in Cargo.toml. wasm-opt takes a fifth off what is downloaded.
    // The panels of clusters and of numbers are a tenth of it. What is read, in two languages, is in it too.
    Program { name: "app", wasm_opt_level: Some("-Oz"), gzip_ceiling: 625_000 },
    // Loaded behind the painted page. Not optimised: npm's binaryen takes many minutes over burn's operator library.
    // Most of it is burn's operators; our own code in it is built for speed.
    Program { name: "worker", wasm_opt_level: None, gzip_ceiling: 5_400_000 },
];

/// Prints raw, gzip and brotli sizes of the file named on the command line.
const SIZES_JS: &str = "const z = require('zlib'), b = require('fs').readFileSync(process.argv[1]);
const quality = { params: { [z.constants.BROTLI_PARAM_QUALITY]: 9 } };
console.log(b.length, z.gzipSync(b, { level: 9 }).length, z.brotliCompressSync(b, quality).length);";

/// How to build.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Optimised, size-checked.
    Release,
    /// Quick to build, with debug assertions.
    Debug,
}

/// Runs the command.
pub fn command(mut args: Args) -> Outcome<()> {
    if args.wants_help(HELP) {
        return Ok(());
    }
    let profile = profile(&mut args);
    let fetch_only = args.flag("--fetch");
    args.finish()?;
    if fetch_only { setup::page(profile, Extent::All).map(drop) } else { build(profile) }
}

/// Takes `--debug`.
pub fn profile(args: &mut Args) -> Profile {
    if args.flag("--debug") { Profile::Debug } else { Profile::Release }
}

/// Sets up what is lacking and fills `dist/`.
pub fn build(profile: Profile) -> Outcome<()> {
    compile(profile, &setup::page(profile, Extent::Lacking)?)
}

fn compile(profile: Profile, fetched: &Fetched) -> Outcome<()> {
    let _lock = shared::lock(&format!("dist-{:016x}", key_of_clone()))?;
    compile::with_tools(profile, fetched)?;
    trunk_build(profile)?;
    match profile {
        Profile::Release => PROGRAMS.iter().try_for_each(finish),
        Profile::Debug => Ok(()),
    }
}

/// Clones have a dist/ each, and one cache.
fn key_of_clone() -> u64 {
    let mut hasher = DefaultHasher::new();
    paths::root().hash(&mut hasher);
    hasher.finish()
}

fn trunk_build(profile: Profile) -> Outcome<()> {
    announce("building the page and the worker with trunk", "from a cold start burn takes a quarter of an hour");
    let mut trunk = run::command("trunk");
    trunk.args(["build", "--skip-version-check", "--public-url", "./", "--dist"]).arg(paths::dist());
    // Trunk refuses the values other than true and false that some systems give this variable, and takes any option from one of its own.
    trunk.env_remove("NO_COLOR");
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TRUNK_")) {
        trunk.env_remove(name);
    }
    if profile == Profile::Release {
        trunk.arg("--release");
    }
    run::run(&mut trunk)
}

/// Optimises a program and checks its size.
fn finish(program: &Program) -> Outcome<()> {
    let file = wasm_of(program.name)?;
    if let Some(level) = program.wasm_opt_level {
        wasm_opt::optimise(&file, level)?;
    }
    check_size(program, &file)
}

fn wasm_of(name: &str) -> Outcome<PathBuf> {
    let dist = paths::dist();
    let entries = fs::read_dir(&dist).map_err(|error| format!("{}: {error}", dist.display()))?;
    let is_it = |file: &PathBuf| {
        let file = file.file_name().unwrap_or_default().to_string_lossy();
        file.ends_with(".wasm") && file.strip_prefix(name).is_some_and(|rest| rest.starts_with(['-', '_', '.']))
    };
    let mut found = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_it).collect::<Vec<_>>();
    found.sort();
    match found.as_slice() {
        [file] => Ok(file.clone()),
        _ => Err(format!("dist/ should hold one WebAssembly file of `{name}`, but holds {}", found.len())),
    }
}

fn check_size(program: &Program, file: &Path) -> Outcome<()> {
    let sizes = run::output(run::command(tools::node()?).arg("-e").arg(SIZES_JS).arg(file))?;
    let sizes = sizes.split_whitespace().filter_map(|size| size.parse::<u64>().ok()).collect::<Vec<_>>();
    let [raw, gzip, brotli] = sizes[..] else { return Err(format!("node did not measure {}", file.display())) };
    let Program { name, gzip_ceiling, .. } = program;
    eprintln!(
        "xtask: {name} wasm: {} kB raw, {} kB gzip (ceiling {}), {} kB brotli",
        raw / 1000,
        gzip / 1000,
        gzip_ceiling / 1000,
        brotli / 1000
    );
    if gzip <= *gzip_ceiling { Ok(()) } else { Err(format!("{name} wasm is {gzip} bytes gzipped, more than {gzip_ceiling}")) }
}
