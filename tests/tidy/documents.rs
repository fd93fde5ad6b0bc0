//! The Markdown of this repository: its links lead somewhere, and each sentence has a line of its own.

use std::path::{Path, PathBuf};

use crate::source::{File, Findings, files_below, root, written_files};

/// Folders that programs make.
const MADE: [&str; 2] = ["dist/", "tests/e2e/shots/"];

#[test]
fn links_lead_to_files_and_headings_that_exist() {
    let mut found = Findings::new("a reader follows links to files and headings of this repository; they must be there");
    for file in markdown_files() {
        for (number, line) in prose(&file.text) {
            links(line).into_iter().filter(|link| !leads_somewhere(&file, link)).for_each(|link| found.add(&file, number, link));
        }
    }
    found.none();
}

#[test]
fn files_that_documents_name_exist() {
    let mut found = Findings::new("a document that names a file or folder of this repository sends its reader there; it must be there");
    let folders = ["src", "tests", "benches", "xtask", "www", "docs", ".ci", ".github"];
    let files = folders.into_iter().flat_map(|folder| files_below(&root().join(folder)));
    let files = files.map(|path| format!("/{}", path.strip_prefix(root()).unwrap_or(&path).to_string_lossy())).collect::<Vec<_>>();
    for file in written_files().iter().filter(|file| file.has_extension("md") && file.path != "CHANGELOG.md") {
        for (number, line) in prose(&file.text) {
            let named = line.split('`').skip(1).step_by(2).filter(|code| is_path(code) && !MADE.contains(code));
            for path in named.filter(|path| !files.iter().any(|file| names_file(path, file))) {
                found.add(file, number, path);
            }
        }
    }
    found.none();
}

#[test]
fn each_sentence_has_a_line_of_its_own() {
    let mut found = Findings::new("one sentence per line in Markdown: a change then shows the sentence that it changes, and no other");
    for file in written_files().iter().filter(|file| file.has_extension("md")) {
        let lines = prose(&file.text).filter(|(_, line)| is_paragraph(line)).collect::<Vec<_>>();
        for (number, line) in &lines {
            if has_two_sentences(line) {
                found.add(file, *number, "two sentences on a line");
            }
        }
        for pair in lines.windows(2).filter(|pair| pair[1].0 == pair[0].0 + 1) {
            let [(number, line), (_, next)] = [pair[0], pair[1]];
            if marker_len(next) == 0 && !ends_a_sentence(line) {
                found.add(file, number, "a sentence on two lines");
            }
        }
    }
    found.none();
}

#[test]
fn sentences_and_links_are_recognised() {
    assert!(has_two_sentences("One. Two.") && has_two_sentences("- It is (so.) Then `x`.") && has_two_sentences("Really? [Yes](a.md)."));
    assert!(!has_two_sentences("1. One, in ClinicaDL 1.6.1 of e.g. France.") && !has_two_sentences("- **Label.** `a. B` and so on."));
    assert!(
        ends_a_sentence("It is (so.)") && ends_a_sentence("- **A label.**") && ends_a_sentence("as here:") && !ends_a_sentence("It is,")
    );
    assert_eq!(links("[a](b.md#c), `[no](link)` and ![d](e.png)"), ["b.md#c", "e.png"]);
    assert_eq!(slug("What did *not* pay: `x_y`"), "what-did-not-pay-x_y");
    assert_eq!(prose("a\n```sh\nb\n```\nc").collect::<Vec<_>>(), [(1, "a"), (5, "c")]);
    assert!(is_path("network/work_limits.rs") && is_path("layers/") && !is_path("x = a.rs") && !is_path("a_from_b"));
    assert!(
        names_file("cpu/slab.rs", "/src/kernels/cpu/slab.rs")
            && !names_file("lab.rs", "/src/slab.rs")
            && names_file("cpu/", "/src/cpu/a.rs")
    );
    let file = File { path: "docs/command-line.md".to_owned(), text: String::new() };
    assert!(leads_somewhere(&file, "../README.md") && leads_somewhere(&file, "https://example.org"));
    assert!(!leads_somewhere(&file, "README.md") && !leads_somewhere(&file, "../README.md#no-such-heading"));
}

/// Whether code in a document is the path of a file with source, or of a folder.
fn is_path(code: &str) -> bool {
    let is_plain = code.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
    is_plain && [".rs", ".mjs", ".py", "/"].iter().any(|end| code.ends_with(end))
}

/// Whether a file is the one that a document names, or lies in the folder that it names, by the last parts of the path.
fn names_file(path: &str, file: &str) -> bool {
    if path.ends_with('/') { file.contains(&format!("/{path}")) } else { file.ends_with(&format!("/{path}")) }
}

/// All of them, those beside the fixtures and the demo study included.
fn markdown_files() -> Vec<File> {
    let mut files = written_files().into_iter().filter(|file| file.has_extension("md")).collect::<Vec<_>>();
    let others = ["tests/fixtures", "www/demo"].into_iter().flat_map(|folder| files_below(&root().join(folder)));
    files.extend(others.filter(|path| path.extension().is_some_and(|it| it == "md")).map(File::read));
    files
}

/// Lines with their numbers, without fenced code.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        (!is_code && !is_fence).then_some((index + 1, line))
    })
}

/// Whether a line is text, and no table, heading, quotation, comment or empty line.
fn is_paragraph(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with(['|', '#', '>', '<'])
}

fn has_two_sentences(line: &str) -> bool {
    let text = without_code(&line[marker_len(line)..]);
    let ends = text.match_indices(['.', '!', '?']).map(|(at, _)| (&text[..at], text[at + 1..].trim_start_matches([')', '"', '”', '’'])));
    ends.filter(|(before, _)| !["e.g", "i.e", "cf", "vs"].iter().any(|short| before.ends_with(short)))
        .filter_map(|(_, after)| after.strip_prefix(' '))
        .any(|next| next.trim_start().starts_with(|c: char| c.is_uppercase() || matches!(c, '`' | '[' | '*')))
}

fn ends_a_sentence(line: &str) -> bool {
    line.trim_end().trim_end_matches([')', '*', '"', '”']).ends_with(['.', ':', '!', '?'])
}

/// Length of the marker with which an item of a list begins; 0 for other lines.
fn marker_len(line: &str) -> usize {
    let text = line.trim_start();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let is_item = text.starts_with("- ") || text.starts_with("* ") || (digits > 0 && text[digits..].starts_with(". "));
    if is_item { line.len() - text.len() + digits + 2 } else { 0 }
}

/// The line with its code spans emptied: what stands in them is no prose.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("``")
}

/// Targets of the links and pictures of a line.
fn links(line: &str) -> Vec<&str> {
    let mut links = Vec::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("](") {
        let is_code = before.matches('`').count() % 2 == 1;
        let Some((target, after)) = after.split_once(')') else { break };
        if !is_code {
            links.push(target);
        }
        rest = if is_code { after.split_once('`').map_or("", |(_, after)| after) } else { after };
    }
    links
}

fn leads_somewhere(from: &File, link: &str) -> bool {
    if link.contains("://") || link.starts_with("mailto:") {
        return true;
    }
    let (path, heading) = link.split_once('#').map_or((link, None), |(path, heading)| (path, Some(heading)));
    let target = match path {
        "" => root().join(&from.path),
        _ => root().join(Path::new(&from.path).parent().unwrap_or(Path::new(""))).join(path),
    };
    target.exists() && heading.is_none_or(|heading| has_heading(target, heading))
}

fn has_heading(path: PathBuf, heading: &str) -> bool {
    let text = File::read(path).text;
    prose(&text).filter(|(_, line)| line.starts_with('#')).any(|(_, line)| slug(line.trim_start_matches(['#', ' '])) == heading)
}

/// The name by which GitHub links a heading.
fn slug(heading: &str) -> String {
    let kept = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).collect::<String>();
    kept.replace(' ', "-")
}
