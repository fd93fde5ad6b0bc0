//! Tab-separated tables with a header line: participants, data groups, predictions.
//!
//! Read as pandas' `read_csv(sep="\t")` reads them, all values as text, except that a row of the wrong length is an error.

pub mod column_type;
mod parse;

/// A table of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    file: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Why a table could not be read, or not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TsvError {
    /// Not even a header line.
    #[error("{file}: the table is empty, a header line with column names is needed")]
    Empty {
        /// The file.
        file: String,
    },
    /// Not UTF-8.
    #[error("{file}: not a text file in UTF-8 (byte {at}), save it as UTF-8 text separated by tabs")]
    NotText {
        /// The file.
        file: String,
        /// The first byte that is no text.
        at: usize,
    },
    /// A row with too few or too many values.
    #[error("{file}: line {line} has {found} values, but the header has {expected} columns")]
    Ragged {
        /// The file.
        file: String,
        /// Line, counted from 1.
        line: usize,
        /// Columns in the header.
        expected: usize,
        /// Values in the line.
        found: usize,
    },
    /// A quoted value that never ends.
    #[error("{file}: the quotation mark in line {line} is never closed")]
    UnclosedQuote {
        /// The file.
        file: String,
        /// Line of the opening mark, counted from 1.
        line: usize,
    },
    /// A column that is needed is not there.
    #[error("{file}: no column {column:?}, it has {}", found.join(", "))]
    MissingColumn {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// The columns that are there.
        found: Vec<String>,
    },
}

impl Table {
    /// Reads a table; `file` is its name for messages.
    ///
    /// A byte order mark and `\r\n` are accepted, empty lines are passed over. A first column without a name is called
    /// `Unnamed: 0`, also where the header leaves it out; a name that comes again gets `.1`, `.2` …
    ///
    /// # Errors
    /// If the bytes are no text, hold no header, or a row does not fit it.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, TsvError> {
        Self::read_separated(file, bytes, '\t')
    }

    /// As [`Table::read`], with another character between the values.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub fn read_separated(file: &str, bytes: &[u8], separator: char) -> Result<Self, TsvError> {
        let (columns, rows) = parse::parse(file, bytes, separator)?;
        Ok(Self { file: file.to_owned(), columns, rows })
    }

    /// A table from its parts.
    ///
    /// # Errors
    /// If a row does not have one value per column; its line counts the header.
    pub fn new(file: &str, columns: Vec<String>, rows: Vec<Vec<String>>) -> Result<Self, TsvError> {
        let expected = columns.len();
        match rows.iter().enumerate().find(|(_, row)| row.len() != expected) {
            Some((index, row)) => Err(TsvError::Ragged { file: file.to_owned(), line: index + 2, expected, found: row.len() }),
            None => Ok(Self { file: file.to_owned(), columns, rows }),
        }
    }

    /// Name of the file, for messages.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Column names, in order.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Rows, in order, with one value per column.
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether there is a column of that name.
    pub fn has_column(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column == name)
    }

    /// The values of a column, one per row.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn column(&self, name: &str) -> Result<impl Iterator<Item = &str>, TsvError> {
        let Some(index) = self.columns.iter().position(|column| column == name) else {
            return Err(TsvError::MissingColumn { file: self.file.clone(), column: name.to_owned(), found: self.columns.clone() });
        };
        Ok(self.rows.iter().map(move |row| row.get(index).map_or("", String::as_str)))
    }

    /// The value of a row (counted from 0) in a column.
    pub fn get(&self, row: usize, column: &str) -> Option<&str> {
        let index = self.columns.iter().position(|name| name == column)?;
        self.rows.get(row)?.get(index).map(String::as_str)
    }

    /// The table as a file: tabs, `\n`, quotation marks only where a value needs them.
    pub fn to_bytes(&self) -> Vec<u8> {
        bytes_of_rows(std::iter::once(&self.columns).chain(&self.rows))
    }
}

/// Rows (the header first) as a file, as [`Table::to_bytes`].
pub fn bytes_of_rows<'a>(rows: impl Iterator<Item = &'a Vec<String>>) -> Vec<u8> {
    let lines = rows.map(|values| values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join("\t") + "\n");
    lines.collect::<String>().into_bytes()
}

/// Whether pandas takes the text for a missing value (`NaN`).
pub fn is_missing(value: &str) -> bool {
    const MISSING: [&str; 18] = [
        "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN",
        "None", "n/a", "nan",
    ];
    MISSING.contains(&value) || value == "null"
}

fn quoted(value: &str) -> String {
    if value.contains(['\t', '\n', '\r', '"']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() }
}
