//! Text → header and rows, by the rules of pandas' tokenizer.

use super::TsvError;

/// A line of values and the number of the line it began in.
struct Record {
    line: usize,
    values: Vec<String>,
}

/// Column names and rows of equal length.
///
/// # Errors
/// As [`super::Table::read`].
pub(super) fn parse(file: &str, bytes: &[u8], separator: char) -> Result<(Vec<String>, Vec<Vec<String>>), TsvError> {
    let text = str::from_utf8(bytes).map_err(|error| TsvError::NotText { file: file.to_owned(), at: error.valid_up_to() })?;
    if let Some(at) = text.find('\0') {
        return Err(TsvError::NotText { file: file.to_owned(), at });
    }
    let mut records = records(file, text.strip_prefix('\u{feff}').unwrap_or(text), separator)?.into_iter();
    let header = records.next().ok_or_else(|| TsvError::Empty { file: file.to_owned() })?;
    let records: Vec<Record> = records.collect();
    let columns = column_names(header.values, &records);
    let expected = columns.len();
    match records.iter().find(|record| record.values.len() != expected) {
        Some(Record { line, values }) => Err(TsvError::Ragged { file: file.to_owned(), line: *line, expected, found: values.len() }),
        None => Ok((columns, records.into_iter().map(|record| record.values).collect())),
    }
}

/// Names for columns without one and for repeated ones.
fn column_names(mut header: Vec<String>, records: &[Record]) -> Vec<String> {
    // R's write.table and pandas' index without a label leave the first name out.
    if records.first().is_some_and(|record| record.values.len() == header.len() + 1) {
        header.insert(0, String::new());
    }
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    for (index, name) in header.into_iter().enumerate() {
        let name = if name.is_empty() { format!("Unnamed: {index}") } else { name };
        let repeats = (1..).map(|number| format!("{name}.{number}"));
        let unused = std::iter::once(name.clone()).chain(repeats).find(|candidate| !names.contains(candidate));
        names.push(unused.unwrap_or(name));
    }
    names
}

/// Where in a value the tokenizer stands.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    Plain,
    Quoted,
    QuoteInQuoted,
}

fn records(file: &str, text: &str, separator: char) -> Result<Vec<Record>, TsvError> {
    let mut records = Vec::new();
    let (mut values, mut value, mut state) = (Vec::new(), String::new(), State::Start);
    let (mut line, mut first_line, mut quote_line) = (1, 1, 1);
    let mut characters = text.chars().peekable();
    loop {
        let character = characters.next();
        match (state, character) {
            (State::Quoted, None) => return Err(TsvError::UnclosedQuote { file: file.to_owned(), line: quote_line }),
            (State::Quoted, Some('"')) => state = State::QuoteInQuoted,
            (State::Quoted, Some(other)) => value.push(other),
            (State::Start, Some('"')) => (state, quote_line) = (State::Quoted, line),
            (State::QuoteInQuoted, Some('"')) => {
                value.push('"');
                state = State::Quoted;
            }
            (_, Some(other)) if other == separator => {
                values.push(std::mem::take(&mut value));
                state = State::Start;
            }
            (_, None | Some('\n' | '\r')) => {
                if character == Some('\r') && characters.peek() == Some(&'\n') {
                    characters.next();
                }
                let is_blank = values.is_empty() && value.trim_matches(' ').is_empty() && state != State::QuoteInQuoted;
                values.push(std::mem::take(&mut value));
                let record = Record { line: first_line, values: std::mem::take(&mut values) };
                if !is_blank {
                    records.push(record);
                }
                state = State::Start;
                first_line = line + 1;
            }
            (_, Some(other)) => {
                value.push(other);
                state = State::Plain;
            }
        }
        match character {
            None => return Ok(records),
            Some('\n' | '\r') => line += 1,
            Some(_) => {}
        }
    }
}
