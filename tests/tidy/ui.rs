//! The order of folders in `src/ui`: what panels share lies below them and names none of them.

use crate::source::{File, Findings, rust_files};

/// A shared folder of `src/ui`, and the folders that its files may name. Panels may name every folder.
const SHARED: [(&str, &[&str]); 3] = [("text", &["text", "state"]), ("state", &["state", "text"]), ("controls", &["controls", "text"])];

#[test]
fn what_panels_share_names_no_panel() {
    let mut found = Findings::new("panels stand on state, controls and text; what they share is understood and changed without them");
    for (folder, allowed) in SHARED {
        let files = rust_files(&format!("src/ui/{folder}"));
        assert!(!files.is_empty(), "src/ui/{folder} has no files: change SHARED in tests/tidy/ui.rs");
        for file in files {
            for (line, name) in named_folders(&file).into_iter().filter(|(_, name)| !allowed.contains(&name.as_str())) {
                found.add(&file, line, &format!("{folder} imports {name}"));
            }
        }
    }
    found.none();
}

#[test]
fn folders_are_recognised() {
    let text = "use crate::ui::state::study::Study;\nuse crate::ui::{layers, text::format}; // crate::ui::page\nuse crate::web::canvas;";
    let file = File { path: "src/ui/state/mod.rs".to_owned(), text: text.to_owned() };
    let named = named_folders(&file).into_iter().map(|(line, name)| format!("{line} {name}")).collect::<Vec<_>>();
    assert_eq!(named, ["1 state", "2 layers", "2 text"]);
}

/// The folders, or files, of `src/ui` that a file's paths begin with, and the lines. Paths are written from the crate's root.
fn named_folders(file: &File) -> Vec<(usize, String)> {
    let name = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut named = Vec::new();
    for (number, line) in file.code() {
        for rest in line.split("crate::ui::").skip(1) {
            match rest.strip_prefix('{') {
                Some(group) => named.extend(group.split('}').next().unwrap_or_default().split(',').map(|path| (number, name(path)))),
                None => named.push((number, name(rest))),
            }
        }
    }
    named
}
