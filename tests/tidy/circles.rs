//! Files that import each other: none can be read, or changed, without all of its circle.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{File, rust_files};

/// The one circle that there is for a reason: a residual block's branch is itself a pass over layers.
const RECURSION: [&str; 2] = ["src/network/pass/join.rs", "src/network/pass/spatial_pass.rs"];

#[test]
fn files_import_each_other_in_no_circle() {
    let imports = imports(&rust_files("src"));
    let in_circles = imports.keys().filter(|file| reach(&imports, file).contains(file.as_str())).map(String::as_str).collect::<Vec<_>>();
    assert_eq!(in_circles, RECURSION, "put what two files share into a third below both");
}

#[test]
fn a_circle_is_found() {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let imports = imports(&[
        file("src/maps/mod.rs", "mod one;\npub use one::One;\npub use two::{Two, three};"),
        file("src/maps/one.rs", "use super::two::{self, three::{Three}};\n#[cfg(test)]\nmod tests { use crate::maps::one::One; }"),
        file("src/maps/two/mod.rs", "fn two() -> crate::maps::one::One { todo() } // crate::caps"),
        file("src/maps/two/three.rs", "use std::fmt;\nuse super::super::one::{\n    One,\n};"),
        file("src/caps/mod.rs", "use crate::{maps::{one::One, Two}, caps};"),
    ]);
    let of = |path: &str| imports[path].iter().map(String::as_str).collect::<Vec<_>>();
    assert!(of("src/maps/mod.rs").is_empty(), "a module that hands on names imports nothing");
    assert_eq!(of("src/maps/one.rs"), ["src/maps/two/mod.rs", "src/maps/two/three.rs"]);
    assert_eq!(of("src/maps/two/mod.rs"), ["src/maps/one.rs"]);
    assert_eq!(of("src/caps/mod.rs"), ["src/maps/mod.rs", "src/maps/one.rs"]);
    assert!(reach(&imports, "src/maps/two/three.rs").contains("src/maps/two/three.rs"));
    assert!(!reach(&imports, "src/caps/mod.rs").contains("src/caps/mod.rs"));
}

/// For each file the files that its paths lead to. A path leads to the file of its last module: where that hands on a name of another
/// file, to the one that hands it on.
fn imports(files: &[File]) -> BTreeMap<String, BTreeSet<String>> {
    let modules = files.iter().map(|file| (module(&file.path), file.path.clone())).collect::<BTreeMap<_, _>>();
    let target = |path: &[String]| (1..=path.len()).rev().find_map(|n| modules.get(&path[..n]));
    let targets =
        |file: &File| absolute_paths(file).iter().filter_map(|path| target(path)).filter(|path| **path != file.path).cloned().collect();
    files.iter().map(|file| (file.path.clone(), targets(file))).collect()
}

/// All files that one reaches by imports, in however many steps.
fn reach<'a>(imports: &'a BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next = imports[from].iter().collect::<Vec<_>>();
    while let Some(file) = next.pop() {
        if reached.insert(file.as_str()) {
            next.extend(&imports[file]);
        }
    }
    reached
}

/// The path of a file's module from the crate's root.
fn module(path: &str) -> Vec<String> {
    let parts = path.trim_start_matches("src/").trim_end_matches(".rs").split('/');
    parts.filter(|part| !matches!(*part, "mod" | "lib")).map(str::to_owned).collect()
}

/// The paths that begin with `crate::` or `super::` in the code of a file, from the crate's root; names handed on are left out.
fn absolute_paths(file: &File) -> Vec<Vec<String>> {
    let code = file.code_without_tests().map(|(_, line)| line).collect::<Vec<_>>().join("\n");
    let code = code.split_inclusive(';').filter(|statement| !statement.trim_start().starts_with("pub use ")).collect::<String>();
    let here = module(&file.path);
    let mut paths = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            if !code[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':')) {
                expand(&code[at..], &mut Vec::new(), &mut paths);
            }
        }
    }
    paths.into_iter().map(|path| from_root(&here, &path)).collect()
}

/// `super::x` seen from `here`, or `crate::x`, without these words.
fn from_root(here: &[String], path: &[String]) -> Vec<String> {
    let n_up = path.iter().take_while(|word| *word == "super").count();
    let base = if n_up > 0 { &here[..here.len().saturating_sub(n_up)] } else { &[] };
    let rest = path[n_up..].iter().filter(|word| !matches!(word.as_str(), "crate" | "self"));
    base.iter().chain(rest).cloned().collect()
}

/// Adds the paths that `text` begins with, one for each name of a group, and gives what follows them.
fn expand<'t>(text: &'t str, before: &mut Vec<String>, paths: &mut Vec<Vec<String>>) -> &'t str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        while !rest.trim_start().starts_with('}') && !rest.trim().is_empty() {
            let after = expand(rest, &mut before.clone(), paths);
            rest = after.trim_start().trim_start_matches(',');
            if after.len() == rest.len() && !after.trim_start().starts_with('}') {
                break;
            }
        }
        return rest.trim_start().strip_prefix('}').unwrap_or(rest);
    }
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    before.push(text[..end].to_owned());
    match text[end..].strip_prefix("::") {
        Some(rest) => expand(rest, before, paths),
        None => {
            paths.push(before.clone());
            &text[end..]
        }
    }
}
