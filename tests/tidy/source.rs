//! The files of this repository as text, and the list of what breaks a rule.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of this repository.
pub struct File {
    /// Relative to the root, `/`-separated.
    pub path: String,
    /// What it holds.
    pub text: String,
}

impl File {
    /// Reads the file at an absolute path.
    pub fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let path = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        Self { path, text }
    }

    /// Whether the last part of its path is `name`.
    pub fn is(&self, name: &str) -> bool {
        self.path.rsplit('/').next() == Some(name)
    }

    /// Whether its name ends in `.extension`.
    pub fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|it| it == extension)
    }

    /// Lines with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Lines without comments.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().map(|(number, line)| (number, before_comment(line)))
    }

    /// Lines of code up to the tests, which stand last in a file or in a file of their own.
    pub fn code_without_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let all_tests = self.is("tests.rs") || self.path.contains("/tests/");
        self.code().take_while(move |(_, line)| !all_tests && !line.contains("#[cfg(test)]"))
    }
}

/// What breaks a rule.
pub struct Findings {
    why: &'static str,
    text: String,
}

impl Findings {
    /// An empty list, with the reason of the rule for the message.
    pub fn new(why: &'static str) -> Self {
        Self { why, text: String::new() }
    }

    /// Notes what breaks the rule, and where.
    pub fn add(&mut self, file: &File, line: usize, what: &str) {
        writeln!(self.text, "{}:{line}: {what}", file.path).expect("a string takes any text");
    }

    /// # Panics
    /// If anything was found, with the rule's reason and all of it.
    pub fn none(self) {
        assert!(self.text.is_empty(), "{}\n{}", self.why, self.text);
    }
}

/// The folder of this repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The `.rs` files below a folder of the root.
pub fn rust_files(folder: &str) -> Vec<File> {
    files_below(&root().join(folder)).into_iter().filter(|path| path.extension().is_some_and(|it| it == "rs")).map(File::read).collect()
}

/// Text that people wrote: no fixtures, no build results, nothing that a package manager made.
pub fn written_files() -> Vec<File> {
    let extensions = ["rs", "toml", "md", "html", "css", "js", "mjs", "json", "py", "webmanifest", "yml"];
    let folders = ["src", "tests", "xtask", "benches", "www", "docs", ".ci", ".github"]
        .into_iter()
        .flat_map(|folder| files_below(&root().join(folder)));
    let at_root = entries(&root()).into_iter().filter(|path| path.is_file());
    let skipped = |path: &PathBuf| {
        let path = path.to_string_lossy().replace('\\', "/");
        ["/tests/fixtures/", "/www/demo/", "/node_modules/", "/shots/", "package-lock.json"].iter().any(|part| path.contains(part))
    };
    let readable =
        |path: &PathBuf| path.is_file() && path.extension().is_some_and(|it| extensions.iter().any(|extension| it == *extension));
    folders.chain(at_root).filter(|path| readable(path) && !skipped(path)).map(File::read).collect()
}

/// Every file below a folder, sorted.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// What lies in a folder, sorted; nothing where there is no such folder.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("the folder can be listed").path()).collect::<Vec<_>>();
    paths.sort();
    paths
}
/// The part of a line of code that is no comment.
pub fn before_comment(line: &str) -> &str {
    // `://` is an address.
    let comment = line.match_indices("//").find(|(at, _)| !line[..*at].ends_with(':'));
    comment.map_or(line, |(at, _)| &line[..at])
}
