//! `cargo xtask serve`: build, then serve `dist/` on this machine.

use std::io::IsTerminal;

use crate::args::Args;
use crate::dist;
use crate::paths;
use crate::run::{self, Outcome};
use crate::server::Server;

const HELP: &str = "\
cargo xtask serve [OPTIONS]

Sets up what is lacking, builds the page in release and serves it on http://127.0.0.1:8080. Stop it with Ctrl-C.

  --port N     another port; 0 picks a free one
  --debug      a quick build with debug assertions; no wasm-opt, no size check
  --no-build   serve dist/ as it is
  --no-open    do not open a browser (none is opened without a terminal either)
  --help       this text
";

const DEFAULT_PORT: u16 = 8080;

/// Runs the command.
pub fn command(mut args: Args) -> Outcome<()> {
    if args.wants_help(HELP) {
        return Ok(());
    }
    let port = port(&mut args)?;
    let profile = dist::profile(&mut args);
    let (no_build, no_open) = (args.flag("--no-build"), args.flag("--no-open"));
    args.finish()?;
    // Before the build: a taken port should not be found out after minutes.
    let server = Server::bind(port, paths::dist(), "/")?;
    if !no_build {
        dist::build(profile)?;
    }
    println!("xtask: serving on {} (stop with Ctrl-C)", server.url());
    if !no_open && std::io::stdout().is_terminal() {
        open_browser(&server.url());
    }
    server.run()
}

fn port(args: &mut Args) -> Outcome<u16> {
    let Some(text) = args.value("--port")? else { return Ok(DEFAULT_PORT) };
    text.parse().map_err(|_| format!("--port wants a number from 0 to 65535, not {text}"))
}

/// A convenience: where it fails, the address has been printed.
fn open_browser(url: &str) {
    let opener = ["xdg-open", "open"].into_iter().find_map(run::find);
    if let Some(opener) = opener {
        let quiet = std::process::Stdio::null;
        drop(run::command(opener).arg(url).stdout(quiet()).stderr(quiet()).spawn());
    }
}
