//! `cargo xtask bench`: the measurements that README quotes.

use crate::args::Args;
use crate::run::{Outcome, cargo, run};
use crate::test::NATIVE_FEATURES;

const HELP: &str = "\
cargo xtask bench [-- ARGUMENTS]

Runs benches/ natively in release: reading a checkpoint, forward, gradient map, Grad-CAM, slice redraw, with CPU-seconds and peak memory.
Arguments after -- go to the benches.
";

/// Runs the command.
pub fn command(mut args: Args) -> Outcome<()> {
    if args.wants_help(HELP) {
        return Ok(());
    }
    let rest = args.rest();
    args.finish()?;
    run(cargo().args(["bench", "--profile", "release", "--features", NATIVE_FEATURES, "--benches", "--"]).args(rest))
}
