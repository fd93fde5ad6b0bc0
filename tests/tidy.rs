//! The house rules that a machine can check: layering, who may name what, privacy of the page, leftovers.
//!
//! ARCHITECTURE.md explains the rules; every message here says why a rule stands. Scanning text is cruder than parsing Rust,
//! and enough: paths are written out as `crate::room::…` here.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

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

/// Longest file that still reads as one idea.
const MAX_LINES: usize = 400;

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

#[test]
fn the_page_has_a_strict_content_security_policy() {
    let file = File::read(root().join("index.html"));
    let mut found = Findings::new("the policy is what keeps scans on the user's machine; browsers hold the page to it");
    match policy(&file.text) {
        None => found.add(&file, 1, "no <meta http-equiv=\"Content-Security-Policy\" content=\"…\">"),
        Some(policy) => policy_flaws(&policy).iter().for_each(|flaw| found.add(&file, 1, flaw)),
    }
    found.none();
}

#[test]
fn the_page_loads_nothing_foreign() {
    let mut found =
        Findings::new("nobody but the page's own server learns that the page is open; a link to click (<a href>) is no request");
    let page = written_files().into_iter().filter(|file| file.path == "index.html" || file.path.starts_with("www/"));
    for file in page.filter(|file| ["html", "css", "js", "mjs", "json", "webmanifest"].iter().any(|ext| file.has_extension(ext))) {
        for (number, line) in file.lines() {
            let link = line.contains("<a ") || line.contains("xmlns");
            if !link && (line.contains("http://") || line.contains("https://") || line.contains("\"//") || line.contains("url(//")) {
                found.add(&file, number, line.trim());
            }
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
    assert!(!policy_flaws("default-src 'none'; script-src 'self' 'unsafe-inline'; connect-src *").is_empty());
    let strict = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'nonce-x'; connect-src 'self'; worker-src blob:";
    assert_eq!(policy_flaws(strict), Vec::<String>::new());
}

/// A file of this repository.
struct File {
    /// Relative to the root, `/`-separated.
    path: String,
    text: String,
}

impl File {
    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let path = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        Self { path, text }
    }

    fn is(&self, name: &str) -> bool {
        self.path.rsplit('/').next() == Some(name)
    }

    fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|it| it == extension)
    }

    /// Lines with their numbers, from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Lines without comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().map(|(number, line)| (number, before_comment(line)))
    }

    /// Lines of code up to the tests, which stand last in a file or in a file of their own.
    fn code_without_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let all_tests = self.is("tests.rs") || self.path.contains("/tests/");
        self.code().take_while(move |(_, line)| !all_tests && !line.contains("#[cfg(test)]"))
    }
}

/// What breaks a rule.
struct Findings {
    why: &'static str,
    text: String,
}

impl Findings {
    fn new(why: &'static str) -> Self {
        Self { why, text: String::new() }
    }

    fn add(&mut self, file: &File, line: usize, what: &str) {
        writeln!(self.text, "{}:{line}: {what}", file.path).expect("a string takes any text");
    }

    fn none(self) {
        assert!(self.text.is_empty(), "{}\n{}", self.why, self.text);
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &str) -> Vec<File> {
    files_below(&root().join(folder)).into_iter().filter(|path| path.extension().is_some_and(|it| it == "rs")).map(File::read).collect()
}

/// Text that people wrote: no fixtures, no build results, nothing that a package manager made.
fn written_files() -> Vec<File> {
    let extensions = ["rs", "toml", "md", "html", "css", "js", "mjs", "json", "py", "webmanifest"];
    let folders =
        ["src", "tests", "xtask", "benches", "www", "docs", ".ci"].into_iter().flat_map(|folder| files_below(&root().join(folder)));
    let at_root = entries(&root()).into_iter().filter(|path| path.is_file());
    let skipped = |path: &PathBuf| {
        let path = path.to_string_lossy().replace('\\', "/");
        ["/tests/fixtures/", "/www/demo/", "/node_modules/", "/shots/", "package-lock.json"].iter().any(|part| path.contains(part))
    };
    let readable =
        |path: &PathBuf| path.is_file() && path.extension().is_some_and(|it| extensions.iter().any(|extension| it == *extension));
    folders.chain(at_root).filter(|path| readable(path) && !skipped(path)).map(File::read).collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("the folder can be listed").path()).collect::<Vec<_>>();
    paths.sort();
    paths
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

fn before_comment(line: &str) -> &str {
    // `://` is an address.
    let comment = line.match_indices("//").find(|(at, _)| !line[..*at].ends_with(':'));
    comment.map_or(line, |(at, _)| &line[..at])
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

fn policy(html: &str) -> Option<String> {
    let (_, tag) = html.split_once("http-equiv=\"Content-Security-Policy\"")?;
    let (_, content) = tag.split_once('>')?.0.split_once("content=\"")?;
    Some(content.split('"').next()?.to_owned())
}

fn policy_flaws(policy: &str) -> Vec<String> {
    let directives = policy.split(';').map(|directive| directive.split_whitespace().collect::<Vec<_>>()).collect::<Vec<_>>();
    let sources = |name: &str| directives.iter().find(|words| words.first() == Some(&name)).map(|words| &words[1..]);
    let mut flaws = Vec::new();
    for required in ["default-src", "script-src", "connect-src"] {
        if sources(required).is_none() {
            flaws.push(format!("{required} is not stated"));
        }
    }
    let own = |source: &str| {
        matches!(source, "'self'" | "'none'" | "'wasm-unsafe-eval'" | "blob:" | "data:")
            || source.starts_with("'nonce-")
            || source.starts_with("'sha")
    };
    for words in &directives {
        let (Some(name), sources) = (words.first(), words.get(1..).unwrap_or_default()) else { continue };
        let inline_style = |source: &str| name.starts_with("style-src") && source == "'unsafe-inline'";
        flaws.extend(sources.iter().filter(|source| !own(source) && !inline_style(source)).map(|source| format!("{name} allows {source}")));
    }
    flaws
}
