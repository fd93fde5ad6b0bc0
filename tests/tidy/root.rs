//! What lies at the root of this repository.

use crate::source::{entries, root};

/// What belongs there, each for a reason that it states itself.
const ALLOWED: [&str; 29] = [
    ".cargo",
    ".ci",
    ".editorconfig",
    ".gitattributes",
    ".github",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "Trunk.toml",
    "_typos.toml",
    "benches",
    "build.rs",
    "clippy.toml",
    "deny.toml",
    "docs",
    "index.html",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "src",
    "tests",
    "webdriver.json",
    "www",
    "xtask",
];

#[test]
fn nothing_strays_to_the_root() {
    let present = entries(&root());
    let strays = strays(present.iter().filter_map(|path| path.file_name()?.to_str()));
    assert!(strays.is_empty(), "a newcomer reads the root first: delete these, or add them to tests/tidy/root.rs\n{}", strays.join("\n"));
}

#[test]
fn a_stray_is_found() {
    assert_eq!(strays(["Cargo.toml", "isolate-0x1-2-v8.log", "target", ".git"]), ["isolate-0x1-2-v8.log"]);
}

fn strays<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    names.into_iter().filter(|name| !ALLOWED.contains(name) && !is_passed_over(name)).collect()
}

/// Build results, git's own, and settings of editors, which git is told to leave out in one place or another.
fn is_passed_over(name: &str) -> bool {
    matches!(name, ".git" | ".DS_Store" | ".idea" | ".vscode" | ".zed" | "dist" | "node_modules" | "target")
}
