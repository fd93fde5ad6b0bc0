//! The handles of `docs/automation.md` are those of `src/ui`, both ways.
//!
//! In the page a handle is a literal (`testid="undo"`), the first argument of a closure or function whose first parameter is
//! called `testid`, or `format!` over a value whose names stand in [`VALUES`]. Anything else is refused, so that no handle is missed.

use std::collections::BTreeSet;

use crate::source::{File, root, rust_files};

/// What the arguments of `format!` in handles stand for.
const VALUES: [(&str, &[&str]); 2] =
    [("plane.name()", &["coronal", "sagittal", "axial"]), ("tab.name()", &["map", "figure", "compare", "regions"])];

#[test]
fn every_handle_is_in_the_document_and_in_the_page() {
    let documented = documented(&File::read(root().join("docs/automation.md")).text);
    let in_page = in_page(&rust_files("src/ui")).unwrap_or_else(|problem| panic!("{problem}"));
    let missing = |from: &BTreeSet<String>, to: &[String]| to.iter().filter(|it| !from.contains(*it)).cloned().collect::<Vec<_>>();
    let listed = documented.iter().cloned().collect::<BTreeSet<_>>();
    let (undocumented, gone) = (missing(&listed, &in_page), missing(&in_page.iter().cloned().collect(), &documented));
    let why = "handles are a public contract: scripts and embedding pages find them in docs/automation.md";
    assert!(undocumented.is_empty(), "{why}\nnot in the document: {}", undocumented.join(", "));
    assert!(gone.is_empty(), "{why}\nnot in src/ui: {}", gone.join(", "));
    assert_eq!(listed.len(), documented.len(), "{why}\na handle stands in the document twice");
}

#[test]
fn handles_are_found_in_all_their_forms() {
    let view = r#"
        let export = move |testid: &'static str, label: Text| view! { <button data-testid=testid>{label}</button> };
        {export("download-nifti", text::NIFTI)} <Choice testid="method" /> <FilePicker folder_testid="open-folder" />
        <canvas data-testid=format!("canvas-{}", plane.name()) /> <button data-testid=tab_id(tab) />
        format!("<p data-testid=profile-words>{}</p>", words) // testid="not-me"
        fn tab_id(tab: Tab) -> String {
            format!("tab-{}", tab.name())
        }"#;
    let page = |text: &str| in_page(&[File { path: "src/ui/viewer/tabs.rs".to_owned(), text: text.to_owned() }]);
    let all = [
        "canvas-axial",
        "canvas-coronal",
        "canvas-sagittal",
        "download-nifti",
        "method",
        "open-folder",
        "profile-words",
        "tab-compare",
        "tab-figure",
        "tab-map",
        "tab-regions",
    ];
    assert_eq!(page(view), Ok(all.map(str::to_owned).to_vec()));
    assert!(page("<p data-testid=name_of(row) />").is_err() && page("<p data-testid=format!(\"a-{}\", row) />").is_err());
    assert_eq!(documented("| `undo`, `redo` | buttons, see `zoom` |\n| Key | `x` |"), ["undo", "redo"]);
}

/// What stands in backquotes in the first cells of tables, but for keys of the address (`lang=`).
fn documented(text: &str) -> Vec<String> {
    let cells = text.lines().filter_map(|line| line.strip_prefix('|')?.split('|').next());
    let is_key_of_the_address = |name: &&str| name.ends_with('=');
    let names = cells.filter(|cell| !cell.contains("data-testid")).flat_map(|cell| cell.split('`').skip(1).step_by(2));
    names.filter(|name| !is_key_of_the_address(name)).map(str::to_owned).collect()
}

/// Every handle of these files, sorted; or what is no known form of one.
fn in_page(files: &[File]) -> Result<Vec<String>, String> {
    let codes = files.iter().map(|file| (file.path.as_str(), code(file))).collect::<Vec<_>>();
    let mut handles = BTreeSet::new();
    for (path, code) in &codes {
        for (at, _) in code.match_indices("testid=") {
            let found = attribute(&code[at + "testid=".len()..], &codes);
            handles.extend(found.map_err(|problem| format!("{path}: {problem}"))?);
        }
        for function in functions(code) {
            let call = format!("{function}(\"");
            handles.extend(code.split(&call).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
        }
    }
    Ok(handles.into_iter().collect())
}

/// The handles that the value of an attribute `testid=` can be.
fn attribute(value: &str, codes: &[(&str, String)]) -> Result<Vec<String>, String> {
    if let Some(literal) = value.strip_prefix('"') {
        return Ok(literal.split('"').next().into_iter().map(str::to_owned).collect());
    }
    if value.starts_with("format!(") {
        return formatted(value);
    }
    let word = value.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect::<String>();
    match word.as_str() {
        // A parameter: its values stand where it is given.
        "testid" | "folder_testid" => Ok(Vec::new()),
        // No Rust name has a hyphen: an attribute in written HTML.
        name if name.contains('-') => Ok(vec![word]),
        name => {
            let body = codes.iter().find_map(|(_, code)| code.split_once(&format!("fn {name}("))).map(|(_, body)| body);
            let format = body.and_then(|body| Some(&body[body.find("format!(")?..]));
            format.map_or_else(|| Err(format!("testid={name} is in no form that tests/tidy/automation.rs knows")), formatted)
        }
    }
}

/// The handles of `format!("prefix-{}", argument)`.
fn formatted(value: &str) -> Result<Vec<String>, String> {
    let pieces = value.strip_prefix("format!(\"").and_then(|rest| rest.split_once("{}\", "));
    let (prefix, rest) =
        pieces.ok_or_else(|| format!("tests/tidy/automation.rs reads only format!(\"prefix-{{}}\", name): {value:.60}"))?;
    let names = VALUES.iter().find(|(argument, _)| rest.starts_with(argument)).map(|(_, names)| names);
    let names = names.ok_or_else(|| format!("VALUES in tests/tidy/automation.rs lacks the argument of {prefix}"))?;
    Ok(names.iter().map(|name| format!("{prefix}{name}")).collect())
}

/// Names of the closures and functions whose first parameter is a handle.
fn functions(code: &str) -> impl Iterator<Item = &str> {
    let heads = [" = move |testid:", "(testid:"].into_iter().flat_map(|form| code.match_indices(form)).map(|(at, _)| &code[..at]);
    heads.filter_map(|head| head.rsplit(' ').next())
}

fn code(file: &File) -> String {
    file.code().map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}
