//! `cargo xtask serve | dist | test | bench`: the commands of this repository, and the set-up of what they need.

mod args;
mod bench;
mod compile;
mod dist;
mod fresh;
mod paths;
mod report;
mod run;
mod serve;
mod server;
mod setup;
mod shared;
mod test;
mod tools;
mod wasm_opt;

use std::process::ExitCode;

use args::Args;

const HELP: &str = "\
cargo xtask COMMAND [OPTIONS]

  serve   build the page in release and serve it on http://127.0.0.1:8080
  dist    leave the same build as static files in dist/
  test    run all tests: lints, native, wasm in a browser, the whole page
  bench   measure our engines beside PyTorch, ONNX Runtime Web, TensorFlow.js and stock burn
  help    this text

`cargo xtask COMMAND --help` lists the command's options.
What a command lacks (wasm target, trunk, wasm-bindgen, wasm-opt, Chromium …) it installs, says so, and never does twice.
Tools and build results live in $MAPLENS_CACHE, else $XDG_CACHE_HOME/maplens, else ~/.cache/maplens.
";

fn main() -> ExitCode {
    run::announce_left_out();
    match dispatch(Args::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(mut args: Args) -> run::Outcome<()> {
    match args.command().as_deref() {
        Some("serve") => serve::command(args),
        Some("dist") => dist::command(args),
        Some("test") => test::command(args),
        Some("bench") => bench::command(args),
        None | Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(())
        }
        Some(other) => Err(format!("there is no command `{other}`\n\n{HELP}")),
    }
}
