//! Flat JSON objects: what engines answer, one a line, and strings as we write them.

/// A value of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// `true`, `false` or `null`.
    Word(&'static str),
}

/// The fields of an object without objects or lists in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields(Vec<(String, Value)>);

impl Fields {
    /// Reads one line.
    ///
    /// # Errors
    /// If the line is no such object.
    pub fn read(line: &str) -> Result<Self, String> {
        let mut reader = Reader(line.trim());
        reader.object().filter(|_| reader.0.is_empty()).ok_or_else(|| format!("not a flat JSON object: {line}"))
    }

    /// The number of that name.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.0.iter().find_map(|(key, value)| if let Value::Number(number) = value { (key == name).then_some(*number) } else { None })
    }

    /// The string of that name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find_map(|(key, value)| if let Value::Text(text) = value { (key == name).then_some(&**text) } else { None })
    }
}

/// What has not been read yet.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn object(&mut self) -> Option<Fields> {
        self.symbol('{')?;
        let mut fields = Vec::new();
        if self.symbol('}').is_some() {
            return Some(Fields(fields));
        }
        loop {
            let key = self.string()?;
            self.symbol(':')?;
            fields.push((key, self.value()?));
            if self.symbol(',').is_none() {
                self.symbol('}')?;
                return Some(Fields(fields));
            }
        }
    }

    fn value(&mut self) -> Option<Value> {
        if self.0.starts_with('"') {
            return self.string().map(Value::Text);
        }
        let end = self.0.find([',', '}', ' ']).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest.trim_start();
        match ["true", "false", "null"].into_iter().find(|known| *known == word) {
            Some(known) => Some(Value::Word(known)),
            None => word.parse().ok().map(Value::Number),
        }
    }

    fn string(&mut self) -> Option<String> {
        self.symbol('"')?;
        let mut text = String::new();
        let mut chars = self.0.char_indices();
        while let Some((at, char)) = chars.next() {
            match char {
                '"' => {
                    self.0 = self.0[at + 1..].trim_start();
                    return Some(text);
                }
                '\\' => match chars.next()?.1 {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    'u' => {
                        let code: String = (0..4).filter_map(|_| chars.next()).map(|(_, digit)| digit).collect();
                        // Halves of surrogate pairs are not worth more code: they occur in no answer.
                        text.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?).unwrap_or('\u{fffd}'));
                    }
                    other => text.push(other),
                },
                other => text.push(other),
            }
        }
        None
    }

    fn symbol(&mut self, symbol: char) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(symbol).map(if symbol == '"' { |rest| rest } else { str::trim_start })?;
        Some(())
    }
}

/// A string in quotes.
pub fn quoted(text: &str) -> String {
    let escaped = text.chars().flat_map(|char| match char {
        '"' | '\\' => vec!['\\', char],
        control if control < ' ' => format!("\\u{:04x}", control as u32).chars().collect(),
        other => vec![other],
    });
    format!("\"{}\"", escaped.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::{Fields, quoted};

    #[test]
    fn reads_numbers_strings_and_words() {
        let fields = Fields::read(r#"{"wall_s": 1.5e-3,"error":"a \"b\" \\ \u00e9","x":null, "n":-2 }"#);
        let fields = fields.expect("an object");
        assert_eq!(fields.number("wall_s"), Some(0.0015));
        assert_eq!(fields.number("n"), Some(-2.0));
        assert_eq!(fields.text("error"), Some("a \"b\" \\ é"));
        assert_eq!((fields.number("x"), fields.text("none")), (None, None));
        assert_eq!(Fields::read("{}"), Ok(Fields::default()));
    }

    #[test]
    fn other_lines_are_errors() {
        for line in ["", "warning: x", "{\"a\":1", "{\"a\":[1]}", "{\"a\":1} x"] {
            assert!(Fields::read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn what_is_quoted_is_read_back() {
        let text = "two\nlines, \"quotes\" and \\";
        let line = format!("{{\"key\":{}}}", quoted(text));
        assert_eq!(Fields::read(&line).expect("an object").text("key"), Some(text));
    }
}
