//! `cargo xtask test`: every test there is, the quick ones first.

use std::fs;
use std::path::{Path, PathBuf};

use crate::args::Args;
use crate::dist::{self, Profile};
use crate::report::{Counts, Report};
use crate::run::{self, Outcome, announce, cargo, find, watch};
use crate::server::Server;
use crate::setup::{self, Extent};
use crate::{fresh, paths, shared, tools};

const HELP: &str = "\
cargo xtask test [OPTIONS]

Sets up what is lacking (Chromium, chromedriver, node, playwright-core, Python with nibabel and torch) and runs all tests:
  fresh    downloads all that a first command downloads, into empty folders; compiles nothing
  lint     cargo fmt; clippy and rustdoc, natively and for the page; cargo-deny and typos where they are installed
  native   cargo test: numerics on the CPU, readers and writers, layering
  web      the same numerics in headless Chromium, on WebGPU (software adapter) and on the CPU
  e2e      builds dist/ and drives the whole page in headless Chromium; Python reads what it exported

  --only PART   one of fresh, lint, native, web, e2e
  --no-build    e2e against dist/ as it is
  --help        this text
";

/// Where the tests find the page: a sub-folder, to see that no URL is absolute.
const PAGE_PREFIX: &str = "/some/folder/";

/// One set of features for whatever is built natively, so that burn is built once: its autodiff is the oracle of the layer tests.
pub const NATIVE_FEATURES: &str = "maplens/oracle";

/// The page without `compute`: burn is checked once, natively, which takes minutes already.
const PAGE_ONLY: &[&str] = &["--target", "wasm32-unknown-unknown", "--no-default-features", "--features", "page"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Fresh,
    Lint,
    Native,
    Web,
    E2e,
}

/// Runs the command.
pub fn command(mut args: Args) -> Outcome<()> {
    if args.wants_help(HELP) {
        return Ok(());
    }
    let only = args.value("--only")?.map(|name| part(&name)).transpose()?;
    let no_build = args.flag("--no-build");
    args.finish()?;
    let wanted = |part| only.is_none_or(|only| only == part);
    let mut report = Report::default();
    if wanted(Part::Fresh) {
        fresh::test(&mut report);
    }
    if wanted(Part::Web) || (wanted(Part::E2e) && !no_build) {
        report.step("set-up", |_| set_up());
    }
    if wanted(Part::Lint) {
        lint(&mut report);
    }
    if wanted(Part::Native) {
        report.step("native tests", |counts| {
            watch(cargo().args(["test", "--release", "--workspace", "--features", NATIVE_FEATURES]), |line| counts.read(line))
        });
    }
    if wanted(Part::Web) {
        report.step("wasm tests in Chromium", web);
    }
    if wanted(Part::E2e) {
        page(&mut report, no_build);
        report.step("command line, read by torch and nibabel", written_tree);
    }
    report.finish()
}

fn part(name: &str) -> Outcome<Part> {
    match name {
        "fresh" => Ok(Part::Fresh),
        "lint" => Ok(Part::Lint),
        "native" => Ok(Part::Native),
        "web" => Ok(Part::Web),
        "e2e" => Ok(Part::E2e),
        _ => Err(format!("--only wants fresh, lint, native, web or e2e, not {name}")),
    }
}

/// What the long parts need, before the first of them: a missing browser should not be found out after an hour.
fn set_up() -> Outcome<()> {
    setup::page(Profile::Release, Extent::Lacking)?;
    tools::test_runner()?.fetch()?;
    tools::chromedriver()?;
    tools::chromium()?;
    tools::playwright()?;
    tools::python().map(drop)
}

fn lint(report: &mut Report) {
    report.step("cargo fmt", |_| run::run(cargo().args(["fmt", "--all", "--check"])));
    report.step("clippy, native", |_| clippy(&["--workspace", "--all-targets", "--features", NATIVE_FEATURES]));
    // What CONTRIBUTING.md offers to those whose work needs no burn.
    report.step("clippy, without compute", |_| clippy(&["--no-default-features", "--all-targets"]));
    report.step("clippy, page", |_| {
        tools::wasm_target()?;
        clippy(&[PAGE_ONLY, &["--lib", "--bin", "app"]].concat())
    });
    report.step("rustdoc, native", |_| rustdoc(&["--workspace", "--features", NATIVE_FEATURES]));
    report.step("rustdoc, page", |_| rustdoc(PAGE_ONLY));
    optional(report, "cargo-deny", &["check"]);
    optional(report, "typos", &[]);
}

fn clippy(what: &[&str]) -> Outcome<()> {
    run::run(cargo().args(["clippy", "--release", "--quiet"]).args(what).args(["--", "-D", "warnings"]))
}

/// Builds the documentation, of private items too, for its links: a comment may name only what exists.
fn rustdoc(what: &[&str]) -> Outcome<()> {
    let mut cargo = cargo();
    cargo.args(["doc", "--release", "--quiet", "--no-deps", "--document-private-items", "--lib"]).args(what);
    run::run(cargo.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Runs a checker that takes minutes to compile only where it is installed already.
fn optional(report: &mut Report, program: &str, args: &[&str]) {
    match find(program) {
        Some(path) => report.step(program, |_| run::run(run::command(path).args(args))),
        None => announce(&format!("{program} left out"), "not installed; `cargo install` brings it, this command does not need it"),
    }
}

fn web(counts: &mut Counts) -> Outcome<()> {
    tools::wasm_target()?;
    tools::test_runner()?.install()?;
    let chromium = tools::chromium()?;
    let mut cargo = cargo();
    cargo.args(["test", "--release", "--target", "wasm32-unknown-unknown", "--test", "web"]);
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    // Software WebGPU takes its time; the runner's own limit is 20 s.
    cargo.env("CHROMEDRIVER", tools::chromedriver()?).env("WASM_BINDGEN_TEST_TIMEOUT", "1800");
    cargo.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", webdriver(&chromium)?);
    watch(&mut cargo, |line| counts.read(line))
}

/// webdriver.json of the repository with the browser that is here.
fn webdriver(chromium: &Path) -> Outcome<PathBuf> {
    let given = paths::root().join("webdriver.json");
    let text = fs::read_to_string(&given).map_err(|error| format!("{}: {error}", given.display()))?;
    let file = paths::cache().join("webdriver.json");
    let text = with_browser(&text, chromium).ok_or_else(|| format!("{} names no \"binary\"", given.display()))?;
    shared::replace(&file, |path| fs::write(path, &text).map_err(|error| format!("{}: {error}", path.display())))?;
    Ok(file)
}

/// The JSON text with another value of its first `"binary"`.
fn with_browser(json: &str, chromium: &Path) -> Option<String> {
    let (before, rest) = json.split_once("\"binary\": \"")?;
    let (_, after) = rest.split_once('"')?;
    let chromium = chromium.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    Some(format!("{before}\"binary\": \"{chromium}\"{after}"))
}

fn page(report: &mut Report, no_build: bool) {
    let mut built = no_build;
    if !no_build {
        report.step("dist", |_| dist::build(Profile::Release).inspect(|()| built = true));
    }
    if built {
        report.step("page in Chromium", e2e);
    }
}

fn written_tree(counts: &mut Counts) -> Outcome<()> {
    let mut cargo = cargo();
    cargo.args(["test", "--release", "--features", NATIVE_FEATURES, "--test", "it", "--", "--ignored", "read_by_python"]);
    watch(cargo.env("PYTHON", tools::python()?), |line| counts.read(line))
}

fn e2e(counts: &mut Counts) -> Outcome<()> {
    tools::playwright()?;
    let (chromium, python, node) = (tools::chromium()?, tools::python()?, tools::node()?);
    let server = Server::bind(0, paths::dist(), PAGE_PREFIX)?;
    let url = server.url();
    server.run_in_background();
    let mut node = run::command(node);
    node.current_dir(paths::e2e()).args(["--test", "--test-reporter=spec", "all.test.mjs"]);
    node.env("MAPLENS_URL", url).env("CHROMIUM", chromium).env("PYTHON", python);
    watch(&mut node, |line| counts.read(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_that_is_here_is_named() {
        let given = include_str!("../../webdriver.json");
        let text = with_browser(given, Path::new("/snap/bin/chro\"mium")).expect("it names a browser");
        assert!(text.contains(r#""binary": "/snap/bin/chro\"mium","#) && !text.contains("/usr/bin/chromium"), "{text}");
        assert_eq!(text.lines().count(), given.lines().count());
        assert_eq!(with_browser("{}", Path::new("/usr/bin/chromium")), None);
    }
}
