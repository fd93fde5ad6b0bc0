//! On a machine without the tools: both programs of the page are compiled while the tools are, and trunk then finds them compiled.

use std::process::Command;

use crate::dist::Profile;
use crate::run::{self, Outcome, announce, cargo};
use crate::setup::Fetched;
use crate::tools::{Tool, WASM_TARGET};

/// A program of the page, in the words of its `<link data-trunk rel="rust">` in index.html.
struct Program {
    bin: &'static str,
    features: &'static str,
    release_profile: &'static str,
}

const WORKER: Program = Program { bin: "worker", features: "compute", release_profile: "release" };
const APP: Program = Program { bin: "app", features: "page", release_profile: "page" };

/// Builds the tools that are lacking, and both programs beside them. With all tools here trunk does as well by itself.
pub fn with_tools(profile: Profile, fetched: &Fetched) -> Outcome<()> {
    if fetched.tools().is_empty() {
        return Ok(());
    }
    announce("building the page's programs while its tools are built", "from a cold start burn takes a quarter of an hour");
    // The worker takes longest, so it is started first; should the tools fail, it is stopped.
    let worker = run::start(&mut build(&WORKER, profile))?;
    fetched.tools().iter().try_for_each(Tool::build)?;
    run::run(&mut build(&APP, profile))?;
    worker.finish()
}

/// The build that trunk will ask for, word for word where cargo keeps results apart by it.
fn build(program: &Program, profile: Profile) -> Command {
    let mut cargo = cargo();
    cargo.args(["build", "--offline", "--target", WASM_TARGET, "--bin", program.bin]);
    cargo.args(["--no-default-features", "--features", program.features]);
    if profile == Profile::Release {
        cargo.args(["--profile", program.release_profile]);
    }
    cargo
}

#[cfg(test)]
mod tests {
    use super::{APP, Program, WORKER};

    #[test]
    fn index_html_asks_trunk_for_the_same_builds() {
        let html = include_str!("../../index.html");
        for Program { bin, features, release_profile } in [WORKER, APP] {
            let link =
                html.split("<link").find(|link| link.contains(&format!("data-bin=\"{bin}\""))).expect("index.html has both programs");
            assert!(
                link.contains("data-cargo-no-default-features") && link.contains(&format!("data-cargo-features=\"{features}\"")),
                "{link}"
            );
            let named = link.split_once("data-cargo-profile-release=\"").and_then(|(_, rest)| rest.split('"').next());
            assert_eq!(named.unwrap_or("release"), release_profile);
        }
    }
}
