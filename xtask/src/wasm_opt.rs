//! wasm-opt over the built programs. npm's binaryen is itself WebAssembly and slow, so results are kept by the hash of their input.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use crate::run::{Outcome, announce, command, run};
use crate::{paths, shared, tools};

/// WebAssembly features that rustc uses on this target or that `.cargo/config.toml` turns on.
const FEATURES: &[&str] = &[
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-multivalue",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Replaces `file` by its optimised form.
pub fn optimise(file: &Path, level: &str) -> Outcome<()> {
    let input = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let kept = paths::cache().join("wasm-opt").join(format!("{}.wasm", key(&input, level)));
    if !kept.is_file() {
        compute(file, level, &kept)?;
    }
    fs::copy(&kept, file).map(drop).map_err(|error| format!("{}: {error}", file.display()))
}

fn compute(file: &Path, level: &str, kept: &Path) -> Outcome<()> {
    let (node, wasm_opt) = (tools::node()?, tools::wasm_opt()?);
    announce(&format!("wasm-opt {level} {}", file.display()), "smaller downloads; the result is kept");
    shared::replace(kept, |unfinished| run(command(node).arg(wasm_opt).arg(level).args(FEATURES).arg(file).arg("-o").arg(unfinished)))
}

/// Names the input, the level and the tool. A cache key for our own builds, not a defence against forgery.
fn key(input: &[u8], level: &str) -> String {
    let mut hasher = DefaultHasher::new();
    (input, level, FEATURES, tools::BINARYEN_VERSION).hash(&mut hasher);
    format!("{:016x}-{}", hasher.finish(), input.len())
}
