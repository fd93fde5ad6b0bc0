//! Where things lie: the repository, and the cache that outlives clones.

use std::env;
use std::path::{Path, PathBuf};

/// The repository's root: of the clone whose `cargo xtask` runs, for several clones may share one target directory and so one xtask.
pub fn root() -> PathBuf {
    let manifest_dir = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&manifest_dir).parent().unwrap_or(Path::new(".")).to_owned()
}

/// `$MAPLENS_CACHE`, else `$XDG_CACHE_HOME/maplens`, else `~/.cache/maplens`. Absolute.
pub fn cache() -> PathBuf {
    let given = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let dir = given("MAPLENS_CACHE")
        .or_else(|| given("XDG_CACHE_HOME").map(|dir| dir.join("maplens")))
        .or_else(|| given("HOME").or_else(|| given("USERPROFILE")).map(|dir| dir.join(".cache/maplens")))
        .unwrap_or_else(|| root().join("target/cache"));
    std::path::absolute(&dir).unwrap_or(dir)
}

/// Root of the tools that `cargo install --root` and npm put there.
pub fn tools() -> PathBuf {
    cache().join("tools")
}

/// Executables of [`tools`].
pub fn tools_bin() -> PathBuf {
    tools().join("bin")
}

/// Cargo's target directory: the user's choice, else one in the cache, so that a fresh clone does not build burn again. Absolute.
pub fn target() -> PathBuf {
    let dir = env::var_os("CARGO_TARGET_DIR").filter(|value| !value.is_empty()).map_or_else(|| cache().join("target"), PathBuf::from);
    std::path::absolute(&dir).unwrap_or(dir)
}

/// The static files that `dist` leaves.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The Playwright tests.
pub fn e2e() -> PathBuf {
    root().join("tests/e2e")
}
