//! `wasm-bindgen-test-runner`, as wasm-bindgen-cli has it: cargo hands it the WebAssembly of a test.

use std::env;

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(env::args_os())
}
