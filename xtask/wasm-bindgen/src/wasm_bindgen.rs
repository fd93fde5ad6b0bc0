//! `wasm-bindgen`, with the options that trunk and `cargo xtask bench` give it: makes JavaScript glue and the final WebAssembly.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    match run(env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wasm-bindgen: {error:?}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Vec<String>) -> Result<()> {
    if args == ["--version"] {
        println!("wasm-bindgen {}", env!("CARGO_PKG_VERSION"));
        return Ok(());
    }
    let Request { mut bindgen, out_dir } = request(args)?;
    bindgen.generate(out_dir)
}

/// What the command line asks for.
struct Request {
    bindgen: Bindgen,
    out_dir: PathBuf,
}

fn request(args: Vec<String>) -> Result<Request> {
    let mut bindgen = Bindgen::new();
    // As the command does; the library leaves it out: without an argument, the JavaScript loads the file beside it.
    bindgen.omit_default_module_path(false);
    let (mut input, mut out_dir) = (None, None);
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let (name, given) = match arg.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
            _ => (&*arg, None),
        };
        let mut value = || given.clone().or_else(|| args.next()).with_context(|| format!("{name} wants a value"));
        match name {
            "--target" => set_target(&mut bindgen, &value()?)?,
            "--out-dir" => out_dir = Some(PathBuf::from(value()?)),
            "--out-name" => {
                bindgen.out_name(&value()?);
            }
            "--keep-debug" => {
                bindgen.keep_debug(true);
            }
            "--no-demangle" => {
                bindgen.demangle(false);
            }
            "--no-typescript" => {
                bindgen.typescript(false);
            }
            // Both are found out from the WebAssembly; the command still takes them.
            "--reference-types" | "--weak-refs" => {}
            _ if name.starts_with('-') => bail!("{name} is not among the options that this build of wasm-bindgen has (xtask/wasm-bindgen)"),
            _ if input.is_some() => bail!("{arg}: one file at a time"),
            _ => input = Some(arg),
        }
    }
    bindgen.input_path(input.context("no WebAssembly file is named")?);
    Ok(Request { bindgen, out_dir: out_dir.context("--out-dir is missing")? })
}

fn set_target(bindgen: &mut Bindgen, target: &str) -> Result<()> {
    match target {
        "web" => bindgen.web(true)?,
        "no-modules" => bindgen.no_modules(true)?,
        _ => bail!("--target {target}: this build of wasm-bindgen knows web and no-modules (xtask/wasm-bindgen)"),
    };
    Ok(())
}
