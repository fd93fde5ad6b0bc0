//! Text → header and rows, by the rules of pandas' tokenizer.

use super::TsvError;

/// A row of values with the number of the line in which it begins.
struct NumberedRow {
    line: usize,
    values: Vec<String>,
}

/// Column names, and rows with one value per column; `file` is the name for messages.
///
/// # Errors
/// The errors of [`Table::read`](super::Table::read).
pub(super) fn parse(file: &str, bytes: &[u8], separator: char) -> Result<(Vec<String>, Vec<Vec<String>>), TsvError> {
    let text = str::from_utf8(bytes).map_err(|error| TsvError::NotText { file: file.to_owned(), at: error.valid_up_to() })?;
    let mut rows = rows(file, text.strip_prefix('\u{feff}').unwrap_or(text), separator)?.into_iter();
    let header = rows.next().ok_or_else(|| TsvError::Empty { file: file.to_owned() })?;
    let mut rows: Vec<NumberedRow> = rows.collect();
    let columns = column_names(header.values, &rows);
    let expected = columns.len();
    if let Some(NumberedRow { line, values }) = rows.iter().find(|row| row.values.len() > expected) {
        return Err(TsvError::Ragged { file: file.to_owned(), line: *line, expected, found: values.len() });
    }
    rows.iter_mut().for_each(|row| row.values.resize(expected, String::new()));
    Ok((columns, rows.into_iter().map(|row| row.values).collect()))
}

/// The header's names, with names for columns without one, and numbers behind repeated ones.
fn column_names(mut header: Vec<String>, rows: &[NumberedRow]) -> Vec<String> {
    // R's write.table and pandas' index without a label leave first names out; pandas counts them in the first row.
    let n_unnamed = rows.first().map_or(0, |row| row.values.len().saturating_sub(header.len()));
    header.splice(0..0, std::iter::repeat_n(String::new(), n_unnamed));
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    for (index, name) in header.into_iter().enumerate() {
        let name = if name.is_empty() { format!("Unnamed: {index}") } else { name };
        let repeats = (1..).map(|number| format!("{name}.{number}"));
        let unused = std::iter::once(name.clone()).chain(repeats).find(|candidate| !names.contains(candidate));
        names.push(unused.unwrap_or(name));
    }
    names
}

/// The state of the tokenizer within a value.
#[derive(Clone, Copy, PartialEq)]
enum TokenizerState {
    Start,
    Plain,
    Quoted,
    QuoteInQuoted,
}

/// A value up to a NUL byte, at which pandas' tokenizer ends it.
fn up_to_nul(value: &mut String) -> String {
    let mut whole = std::mem::take(value);
    whole.truncate(whole.find('\0').unwrap_or(whole.len()));
    whole
}

/// All rows that are not blank, the header first.
fn rows(file: &str, text: &str, separator: char) -> Result<Vec<NumberedRow>, TsvError> {
    let mut rows = Vec::new();
    let (mut values, mut value, mut state) = (Vec::new(), String::new(), TokenizerState::Start);
    let (mut line, mut first_line, mut quote_line) = (1, 1, 1);
    let mut characters = text.chars().peekable();
    loop {
        let character = characters.next();
        match (state, character) {
            (TokenizerState::Quoted, None) => return Err(TsvError::UnclosedQuote { file: file.to_owned(), line: quote_line }),
            (TokenizerState::Quoted, Some('"')) => state = TokenizerState::QuoteInQuoted,
            (TokenizerState::Quoted, Some(other)) => value.push(other),
            (TokenizerState::Start, Some('"')) => (state, quote_line) = (TokenizerState::Quoted, line),
            (TokenizerState::QuoteInQuoted, Some('"')) => {
                value.push('"');
                state = TokenizerState::Quoted;
            }
            (_, Some(other)) if other == separator => {
                values.push(up_to_nul(&mut value));
                state = TokenizerState::Start;
            }
            (_, None | Some('\n' | '\r')) => {
                if character == Some('\r') && characters.peek() == Some(&'\n') {
                    characters.next();
                }
                let is_blank = values.is_empty() && value.trim_matches(' ').is_empty() && state != TokenizerState::QuoteInQuoted;
                values.push(up_to_nul(&mut value));
                let row = NumberedRow { line: first_line, values: std::mem::take(&mut values) };
                if !is_blank {
                    rows.push(row);
                }
                state = TokenizerState::Start;
                first_line = line + 1;
            }
            (_, Some(other)) => {
                value.push(other);
                state = TokenizerState::Plain;
            }
        }
        match character {
            None => return Ok(rows),
            Some('\n' | '\r') => line += 1,
            Some(_) => {}
        }
    }
}
