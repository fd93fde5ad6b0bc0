//! Files that explain themselves, are short and finished.

use crate::source::{Findings, rust_files, written_files};

/// Longest file that still reads as one idea.
const MAX_LINES: usize = 400;

#[test]
fn every_source_file_says_what_it_is() {
    let mut found = Findings::new("a module begins with `//!`: what it turns into what, and why it stands apart");
    for file in ["src", "xtask/src", "tests", "benches"].into_iter().flat_map(rust_files) {
        if !file.text.starts_with("//!") {
            found.add(&file, 1, "no module documentation");
        }
    }
    found.none();
}

#[test]
fn files_are_short() {
    let mut found = Findings::new("one idea per file; split it by idea, not by length");
    for file in written_files().iter().filter(|file| ["rs", "mjs", "py", "js"].iter().any(|ext| file.has_extension(ext))) {
        let n_lines = file.text.lines().count();
        if n_lines > MAX_LINES {
            found.add(file, n_lines, &format!("{n_lines} lines, more than {MAX_LINES}"));
        }
    }
    found.none();
}

#[test]
fn nothing_is_left_over() {
    // In two halves, so that this file does not find itself.
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("db", "g!("),
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Use", "rs/"),
    ];
    let mut found = Findings::new("unfinished work belongs in an issue, and a path of one machine means nothing on another");
    for file in written_files() {
        for (number, line) in file.lines() {
            words.iter().filter(|word| line.contains(**word)).for_each(|word| found.add(&file, number, word));
        }
    }
    found.none();
}
