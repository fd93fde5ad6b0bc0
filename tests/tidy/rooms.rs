//! Which room of `src/` may name what: floors, tensors, the browser, the machine.

use crate::source::{File, Findings, root, rust_files};

/// Rooms from the ground up: the one answer to "may I import X?". ARCHITECTURE.md's table lists the same rooms in the same order.
const FLOORS: [&[&str]; 10] = [
    &["pace", "tsv", "kernels"],
    &["helpers", "files"],
    &["torch_file"],
    &["volume"],
    &["maps", "analysis", "render"],
    &["caps", "protocol", "network"],
    &["attribution", "export"],
    &["engine", "web"],
    &["native", "ui"],
    &["bin"],
];

/// The rule, as README.md, ARCHITECTURE.md and `src/lib.rs` say it.
const RULE: &str = "room imports only from rooms on lower floors";

/// Rooms whose code needs burn, and so is built with the feature `compute` only.
const TENSOR_ROOMS: [&str; 4] = ["kernels", "network", "attribution", "engine"];

#[test]
fn rooms_import_from_lower_floors_only() {
    let mut found =
        Findings::new("a room imports only from rooms on lower floors, so that each can be read and tested without those above");
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
fn every_room_has_a_floor() {
    let mut found = Findings::new("a room that FLOORS does not list could import anything");
    for file in rust_files("src") {
        if room(&file.path).is_some_and(|room| floor(&room).is_none()) {
            found.add(&file, 1, "is in no room of FLOORS");
        }
    }
    found.none();
}

#[test]
fn the_documents_say_the_same() {
    let architecture = File::read(root().join("ARCHITECTURE.md"));
    let (_, table) = architecture.text.split_once("<!-- rooms: checked by tests/tidy -->").expect("ARCHITECTURE.md has a table of rooms");
    let (table, _) = table.split_once("<!-- end of rooms -->").expect("the table of rooms ends");
    let listed = table.lines().filter(|line| line.contains('`')).map(|line| {
        let cells = line.split('|').map(str::trim).collect::<Vec<_>>();
        (cells[1].to_owned(), cells[2].trim_matches('`').trim_end_matches('/').trim_end_matches(".rs").to_owned())
    });
    let floors = FLOORS.iter().enumerate().flat_map(|(floor, rooms)| rooms.iter().map(move |room| (floor.to_string(), (*room).to_owned())));
    assert_eq!(listed.collect::<Vec<_>>(), floors.collect::<Vec<_>>(), "ARCHITECTURE.md lists the rooms of FLOORS, in the same order");
    for path in ["README.md", "ARCHITECTURE.md", "src/lib.rs"] {
        assert!(File::read(root().join(path)).text.contains(RULE), "{path} does not say that a {RULE}");
    }
}

#[test]
fn rooms_are_declared_floor_by_floor() {
    let declared = File::read(root().join("src/lib.rs"));
    let declared =
        declared.code().filter_map(|(_, line)| Some(line.strip_prefix("pub mod ")?.trim_end_matches(';').to_owned())).collect::<Vec<_>>();
    let floors = declared.iter().map(|room| floor(room)).collect::<Vec<_>>();
    assert!(floors.is_sorted(), "src/lib.rs declares its rooms from the ground up: {declared:?}");
}

#[test]
fn the_page_knows_the_engine_by_its_messages() {
    let mut found = Findings::new(
        "page and engine are two programs: nothing crosses but what `protocol` says, or tensor code reaches the page's binary",
    );
    for file in rust_files("src/ui").into_iter().chain(rust_files("src/web")) {
        for (line, path) in paths_into_the_crate(&file) {
            if TENSOR_ROOMS.contains(&first(&path)) {
                found.add(&file, line, &path);
            }
        }
    }
    found.none();
}

#[test]
fn tensors_stay_in_their_rooms() {
    let why = "burn, cubecl and wgpu belong to kernels, network, attribution and engine: all else is tested without building them";
    names_only_in(&["burn", "cubecl", "wgpu"], &TENSOR_ROOMS, why);
}

#[test]
fn features_choose_whole_rooms() {
    let mut found = Findings::new("`compute` and `page` choose rooms in src/lib.rs; a switch inside a room makes two rooms of it");
    for file in rust_files("src").iter().filter(|file| file.path != "src/lib.rs") {
        for (number, line) in file.code() {
            ["\"compute\"", "\"page\""]
                .iter()
                .filter(|word| line.contains(&format!("feature = {word}")))
                .for_each(|word| found.add(file, number, word));
        }
    }
    found.none();
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
    let source = "use crate::{files::FileTree, maps};\nlet x = crate::engine::Host; // crate::ui\n/// [`crate::bin`]\nuse super::super::caps::Caps;\nuse crate::{\n    ui::App, // last\n    web,\n};\nuse std::fmt;";
    let file = File { path: "src/volume/nifti.rs".to_owned(), text: source.to_owned() };
    let paths = paths_into_the_crate(&file);
    let expected = [(1, "files::FileTree"), (1, "maps"), (2, "engine::Host"), (4, "caps::Caps"), (5, "ui::App"), (5, "web")]
        .map(|(line, path)| (line, path.to_owned()));
    assert_eq!(paths.into_iter().collect::<std::collections::BTreeSet<_>>(), expected.into_iter().collect());
    assert!(may_import("maps", "files::FileTree") && may_import("files", "files::Slices"), "downwards, and within a room");
    assert!(!may_import("files", "maps") && !may_import("volume", "caps::Caps"), "not upwards");
    assert!(!may_import("maps", "analysis") && !may_import("engine", "web"), "not across a floor");
    assert!(may_import("files", "SOFTWARE"), "an item of lib.rs belongs to no room");
}

/// The room of a file below `src/`; `None` for lib.rs.
fn room(path: &str) -> Option<String> {
    let first = path.strip_prefix("src/")?.split('/').next()?.trim_end_matches(".rs");
    (first != "lib").then(|| first.to_owned())
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn first(path: &str) -> &str {
    path.split("::").next().unwrap_or_default()
}

fn may_import(from: &str, path: &str) -> bool {
    let to = first(path);
    let Some(from_floor) = floor(from) else { return false };
    // What is no room is an item of lib.rs.
    let Some(to_floor) = floor(to) else { return true };
    to_floor < from_floor || from == to
}

/// Every path that begins at the crate's root, without its `crate::`, one per name in a group, with the line where it begins.
fn paths_into_the_crate(file: &File) -> Vec<(usize, String)> {
    let depth = module_depth(&file.path);
    let from_root = ["crate::".to_owned(), "maplens::".to_owned(), "super::".repeat(depth)];
    let code = file.code().map(|(_, line)| line).collect::<Vec<_>>().join("\n");
    let mut paths = Vec::new();
    for (at, prefix) in from_root.iter().filter(|prefix| !prefix.is_empty()).flat_map(|prefix| code.match_indices(prefix.as_str())) {
        let within_a_word = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        if !within_a_word {
            let number = code[..at].matches('\n').count() + 1;
            paths.extend(names(&code[at + prefix.len()..]).into_iter().map(|path| (number, path)));
        }
    }
    paths
}

/// Number of modules from the root to the file: 1 for `src/tsv.rs` and `src/maps/mod.rs`.
fn module_depth(path: &str) -> usize {
    let parts = path.trim_start_matches("src/").trim_end_matches(".rs").split('/').filter(|part| !matches!(*part, "mod" | "lib" | "bin"));
    parts.count()
}

/// The path that `text` begins with, or the paths of the group that it begins with. Of a group within the group the outer path counts.
fn names(text: &str) -> Vec<String> {
    let path = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect::<String>();
    let Some(group) = text.strip_prefix('{') else { return vec![path(text)] };
    let (mut paths, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth == 0 => {
                paths.push(path(&group[start..at]));
                start = at + 1;
            }
            '}' => {
                paths.push(path(&group[start..at]));
                break;
            }
            _ => {}
        }
    }
    paths.retain(|path| !path.is_empty());
    paths
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
