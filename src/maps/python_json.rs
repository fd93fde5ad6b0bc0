//! JSON as Python's `json` reads and writes it, which is more than the standard: `NaN`, `Infinity`, a byte order mark, halves
//! of surrogate pairs in texts.

use serde_json::Value;

use super::ConfigError;

/// Parses a JSON file that Python may have written; `file` is its path, for messages. `NaN` and the infinities become `null`:
/// no key of ClinicaDL has such a value where it matters.
///
/// # Errors
/// [`ConfigError::NotJson`] with line and column.
pub(super) fn parse(file: &str, bytes: &[u8]) -> Result<Value, ConfigError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(&standard(bytes)).map_err(|error| ConfigError::NotJson { file: file.to_owned(), reason: error.to_string() })
}

/// Words of Python for numbers that JSON does not have.
const NOT_FINITE: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// The same text in standard JSON.
fn standard(bytes: &[u8]) -> Vec<u8> {
    let mut standard = Vec::with_capacity(bytes.len());
    let (mut rest, mut in_text) = (bytes, false);
    while let Some(&first) = rest.first() {
        let word = NOT_FINITE.iter().find(|word| !in_text && rest.starts_with(word.as_bytes()));
        let taken = match (word, first) {
            (Some(word), _) => {
                standard.extend_from_slice(b"null");
                word.len()
            }
            (None, b'\\') if in_text => {
                let escape = escape(rest);
                standard.extend_from_slice(escape.written);
                escape.length
            }
            (None, _) => {
                in_text ^= first == b'"';
                standard.push(first);
                1
            }
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    standard
}

/// An escape sequence in a text.
struct Escape<'a> {
    /// Number of bytes it takes.
    length: usize,
    /// The sequence that stands for it.
    written: &'a [u8],
}

/// The escape sequence with which `text` begins. Half of a surrogate pair, with which Python writes names of files that are not
/// UTF-8, is no character: the replacement character stands for it.
fn escape(text: &[u8]) -> Escape<'_> {
    let whole = |length: usize| Escape { length, written: text.get(..length).unwrap_or(text) };
    match (unit(text), text.get(6..).and_then(unit)) {
        (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => whole(12),
        (Some(0xd800..=0xdfff), _) => Escape { length: 6, written: b"\\ufffd" },
        (Some(_), _) => whole(6),
        (None, _) => whole(2),
    }
}

/// The unit of UTF-16 that an escape sequence `\u0000` stands for.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_python_writes_is_read() {
        let text = "\u{feff}{\"a\": NaN, \"b\": [Infinity, -Infinity, 1], \"c NaN\": \"Infinity \\\"NaN\", \"d\":NaN}";
        assert_eq!(parse("f", text.as_bytes()), Ok(json!({"a": null, "b": [null, null, 1], "c NaN": "Infinity \"NaN", "d": null})));
    }

    #[test]
    fn half_a_surrogate_pair_is_replaced() {
        let text = r#"["/data/\udce9t\u00e9", "\ud83e\udde0", "\ud83e", "\\ud83e"]"#;
        assert_eq!(parse("f", text.as_bytes()), Ok(json!(["/data/\u{fffd}té", "🧠", "\u{fffd}", "\\ud83e"])));
    }

    #[test]
    fn what_is_no_json_is_none() {
        for text in ["{\"a\": NaNa}", "{\"a\": nan}", "[1", "\"\\", "\"\\u12", ""] {
            assert!(parse("f", text.as_bytes()).is_err(), "{text}");
        }
    }
}
