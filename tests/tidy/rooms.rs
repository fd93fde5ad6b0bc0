//! Which room of `src/` may name what: layers, the engine's tensors, the browser, the machine.

use crate::source::{File, Findings, rust_files};

/// Rooms from the ground up. A room imports from lower layers only.
const LAYERS: [&[&str]; 7] = [
    &["crew", "files", "tsv", "torch_file"],
    &["maps", "caps", "volume"],
    &["network", "render", "analysis"],
    &["attribution", "export"],
    &["engine"],
    &["web", "ui", "native"],
    &["bin"],
];

/// Imports within a layer, `(from, to)`: each pair is one-way.
const NEIGHBOURS: [(&str, &str); 7] = [
    // Helpers are waited for as files are read.
    ("crew", "files"),
    // A checkpoint is too large to be held: its tensors are read from the file, part by part.
    ("torch_file", "files"),
    // A dataset's images are read as volumes, and found by the preprocessing that a trained model names.
    ("caps", "maps"),
    ("caps", "volume"),
    // A trained model's configuration names its input's transforms in volume's words.
    ("maps", "volume"),
    // A record speaks of methods in attribution's words.
    ("export", "attribution"),
    // Components stand on the browser's interfaces.
    ("ui", "web"),
];

/// Plain data: rooms from layer 2 up may name it, wherever it stands.
const WORDS: [&str; 4] = ["engine::message", "attribution::method", "attribution::Method", "attribution::Convention"];

#[test]
fn rooms_import_downwards() {
    let mut found = Findings::new(
        "a room may import only from lower layers (files → maps → network → attribution → engine → page), so that data walks one way",
    );
    for file in rust_files("src") {
        let Some(from) = room(&file.path) else { continue };
        for (line, path) in paths_into_the_crate(&file) {
            if !may_import(&from, &path) {
                found.add(&file, line, &format!("{from} imports {path}"));
            }
        }
    }
    found.none();
}

#[test]
fn the_page_knows_the_engine_by_its_messages() {
    let mut found =
        Findings::new("page and engine are two programs: nothing crosses but messages, or tensor code reaches the page's binary");
    for file in rust_files("src/ui").into_iter().chain(rust_files("src/web")) {
        for (line, path) in paths_into_the_crate(&file) {
            let tensors = ["engine", "attribution", "network"].iter().any(|room| path == *room || path.starts_with(&format!("{room}::")));
            if tensors && !is_word(&path) {
                found.add(&file, line, &path);
            }
        }
    }
    found.none();
}

#[test]
fn tensors_stay_in_three_rooms() {
    let why = "burn, cubecl and wgpu belong to network, attribution and engine: all else is tested without building them";
    names_only_in(&["burn", "cubecl", "wgpu"], &["network", "attribution", "engine"], why);
}

#[test]
fn the_browser_stays_above_the_engine() {
    let why = "the browser's interfaces belong to web, ui and bin: all else runs and is tested natively";
    names_only_in(&["web_sys", "js_sys", "wasm_bindgen", "wasm_bindgen_futures", "leptos"], &["web", "ui", "bin"], why);
}

#[test]
fn the_library_does_no_io_and_reads_no_clock() {
    let banned = ["std::fs", "std::net", "std::process", "std::thread", "Instant::now", "SystemTime::now", "block_on("];
    let mut found =
        Findings::new("these panic or do not exist in a browser; bytes come in as arguments (the machine's own things belong to native)");
    for file in rust_files("src").iter().filter(|file| room(&file.path).as_deref() != Some("native") && !file.is("maplens.rs")) {
        for (number, line) in file.code_without_tests() {
            banned.iter().filter(|word| line.contains(**word)).for_each(|word| found.add(file, number, word));
        }
    }
    found.none();
}

#[test]
fn the_scan_sees_what_it_should() {
    let source = "use crate::{files::FileTree, maps};\nlet x = crate::engine::message::Stage::Forward; // crate::ui\n/// [`crate::bin`]\nuse super::super::caps::Caps;";
    let file = File { path: "src/volume/nifti.rs".to_owned(), text: source.to_owned() };
    let paths = paths_into_the_crate(&file).into_iter().map(|(_, path)| path).collect::<Vec<_>>();
    assert_eq!(paths, ["files::FileTree", "maps", "engine::message::Stage::Forward", "caps::Caps"]);
    assert!(may_import("maps", "files::FileTree") && !may_import("files", "maps") && !may_import("volume", "caps::Caps"));
    assert!(
        may_import("network", "engine::message::Stage")
            && !may_import("network", "engine::Engine")
            && !may_import("files", "engine::message")
    );
}

/// The room of a file below `src/`; `None` for lib.rs.
fn room(path: &str) -> Option<String> {
    let first = path.strip_prefix("src/")?.split('/').next()?.trim_end_matches(".rs");
    (first != "lib").then(|| first.to_owned())
}

fn layer(room: &str) -> Option<usize> {
    LAYERS.iter().position(|rooms| rooms.contains(&room))
}

fn is_word(path: &str) -> bool {
    WORDS.iter().any(|word| path == *word || path.starts_with(&format!("{word}::")))
}

fn may_import(from: &str, path: &str) -> bool {
    let to = path.split("::").next().unwrap_or_default();
    let Some(from_layer) = layer(from) else { return false };
    // What is no room is an item of lib.rs, such as a re-export.
    let Some(to_layer) = layer(to) else { return true };
    to_layer < from_layer || from == to || NEIGHBOURS.contains(&(from, to)) || (from_layer >= 2 && is_word(path))
}

/// Every path that begins at the crate's root, without its `crate::`, one per name in a group.
fn paths_into_the_crate(file: &File) -> Vec<(usize, String)> {
    let depth = module_depth(&file.path);
    let from_root = ["crate::".to_owned(), "maplens::".to_owned(), "super::".repeat(depth)];
    let mut paths = Vec::new();
    for (number, line) in file.code() {
        for (at, prefix) in from_root.iter().filter(|prefix| !prefix.is_empty()).flat_map(|prefix| line.match_indices(prefix.as_str())) {
            let within_a_word = line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            if !within_a_word {
                paths.extend(names(&line[at + prefix.len()..]).into_iter().map(|path| (number, path)));
            }
        }
    }
    paths
}

/// Number of modules from the root to the file: 1 for `src/tsv.rs` and `src/maps/mod.rs`.
fn module_depth(path: &str) -> usize {
    let parts = path.trim_start_matches("src/").trim_end_matches(".rs").split('/').filter(|part| !matches!(*part, "mod" | "lib" | "bin"));
    parts.count()
}

/// The path that `text` begins with, or the paths of the group that it begins with.
fn names(text: &str) -> Vec<String> {
    let path = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect::<String>();
    match text.strip_prefix('{') {
        Some(group) => group.split(['}', ',']).map(path).filter(|path| !path.is_empty()).collect(),
        None => vec![path(text)],
    }
}

fn names_only_in(crates: &[&str], rooms: &[&str], why: &'static str) {
    let mut found = Findings::new(why);
    for file in rust_files("src").iter().filter(|file| room(&file.path).is_some_and(|room| !rooms.contains(&room.as_str()))) {
        for (number, line) in file.code() {
            crates.iter().filter(|name| names_crate(line, name)).for_each(|name| found.add(file, number, name));
        }
    }
    found.none();
}

/// Whether `name::` stands in the line as a word of its own.
fn names_crate(line: &str, name: &str) -> bool {
    let is_word_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(&format!("{name}::")).any(|(at, _)| !line[..at].ends_with(is_word_part))
}
