//! The page keeps everything on the user's machine: its policy, and what its files load.

use crate::source::{File, Findings, root, written_files};

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
fn a_loose_policy_is_found() {
    assert!(!policy_flaws("default-src 'none'; script-src 'self' 'unsafe-inline'; connect-src *").is_empty());
    let strict = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'nonce-x'; connect-src 'self'; worker-src blob:";
    assert_eq!(policy_flaws(strict), Vec::<String>::new());
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
