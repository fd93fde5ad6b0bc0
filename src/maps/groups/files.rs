//! Writes the two files that define a data group, with the bytes that ClinicaDL 1.6.1 writes.

use std::fmt::Write as _;

use super::{DATA_TSV, DataGroup, GroupSession, MAPS_JSON};
use crate::tsv;

/// Paths within the MAPS and bytes of `groups/<name>/data.tsv` and `groups/<name>/maps.json`.
///
/// `label` is the learnt column; it is written where any session has a value of it.
pub fn group_files(group: &DataGroup, label: Option<&str>) -> [(String, Vec<u8>); 2] {
    let path = |file| format!("groups/{}/{file}", group.name);
    [(path(DATA_TSV), data_tsv(&group.sessions, label)), (path(MAPS_JSON), maps_json(group))]
}

/// The bytes of `data.tsv`.
fn data_tsv(sessions: &[GroupSession], label: Option<&str>) -> Vec<u8> {
    let label = label.filter(|_| sessions.iter().any(|session| session.label.is_some()));
    let header = ["participant_id", "session_id", "cohort"].into_iter().chain(label).map(str::to_owned).collect();
    let row = |session: &GroupSession| {
        let value = label.map(|_| session.label.clone().unwrap_or_default());
        [&session.participant_id, &session.session_id, &session.cohort].into_iter().cloned().chain(value).collect()
    };
    let rows: Vec<Vec<String>> = sessions.iter().map(row).collect();
    tsv::bytes_of_rows(std::iter::once(&header).chain(&rows))
}

/// The bytes of `maps.json`: indented by four, without a final line end.
fn maps_json(group: &DataGroup) -> Vec<u8> {
    let caps_directory = python_json_text(&clean_path(&group.caps_directory));
    format!("{{\n    \"caps_directory\": {caps_directory},\n    \"multi_cohort\": {}\n}}", group.multi_cohort).into_bytes()
}

/// A path as Python's `pathlib` writes it on Linux and macOS: without `.`, repeated and trailing slashes. Paths of data groups
/// are stored in this form, so others are compared in it.
pub fn clean_path(path: &str) -> String {
    let components: Vec<&str> = path.split('/').filter(|component| !matches!(*component, "" | ".")).collect();
    // Python keeps exactly two leading slashes, since POSIX gives them a meaning of their own.
    let root = match path.find(|c| c != '/').unwrap_or(path.len()) {
        0 => "",
        2 => "//",
        _ => "/",
    };
    let path = format!("{root}{}", components.join("/"));
    if path.is_empty() { ".".to_owned() } else { path }
}

/// A text as Python's `json` writes it: characters outside ASCII are escaped as units of UTF-16.
fn python_json_text(text: &str) -> String {
    let mut json = String::from('"');
    for unit in text.encode_utf16() {
        match u8::try_from(unit).map(char::from) {
            Ok('"') => json.push_str("\\\""),
            Ok('\\') => json.push_str("\\\\"),
            Ok('\n') => json.push_str("\\n"),
            Ok('\r') => json.push_str("\\r"),
            Ok('\t') => json.push_str("\\t"),
            Ok('\u{8}') => json.push_str("\\b"),
            Ok('\u{c}') => json.push_str("\\f"),
            Ok(plain @ ' '..='~') => json.push(plain),
            _ => write!(json, "\\u{unit:04x}").expect("writing to a String cannot fail"),
        }
    }
    json + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_python_does() {
        let check = |path: &str, expected: &str| assert_eq!(clean_path(path), expected, "{path}");
        check("caps_demo", "caps_demo");
        check("./data//caps/./x/", "data/caps/x");
        check("/data/../caps/", "/data/../caps");
        check("//server/caps", "//server/caps");
        check("///caps", "/caps");
        check("/", "/");
        check("./", ".");
    }

    #[test]
    fn texts_are_escaped_as_python_does() {
        assert_eq!(python_json_text("/data/caps"), r#""/data/caps""#);
        assert_eq!(python_json_text("C:\\caps\t\"é×\"\u{7f}🧠"), r#""C:\\caps\t\"\u00e9\u00d7\"\u007f\ud83e\udde0""#);
    }
}
