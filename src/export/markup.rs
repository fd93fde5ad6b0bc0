//! Text in XML and HTML.

/// `text` with markup characters escaped, so that it opens and closes no element; control characters, which XML 1.0 has no way to write, are left out.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars().filter(|character| !character.is_control()) {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_title_cannot_break_out_of_its_element() {
        assert_eq!(escaped("a<b & \"c\"\u{0}>"), "a&lt;b &amp; &quot;c&quot;&gt;");
    }
}
