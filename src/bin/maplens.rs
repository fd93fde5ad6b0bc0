//! The command line: `maplens interpret`, `maplens merge`. In a browser there is no command line: the program is empty there.

fn main() -> std::process::ExitCode {
    #[cfg(not(target_arch = "wasm32"))]
    return maplens::native::main();
    #[cfg(target_arch = "wasm32")]
    std::process::ExitCode::SUCCESS
}
