//! Tab-separated tables with a header line: participants, data groups, predictions.
//!
//! Read as pandas' `read_csv(sep="\t")` reads them, all values as text.

pub mod column_type;
mod error;
mod parse;

pub use error::TsvError;

/// A table of text: named columns, and rows with one value per column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Name for messages.
    file: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a table; `file` is its name for messages.
    ///
    /// A byte order mark, `\r\n` and `\r` are accepted, empty lines are skipped. A first column without a name is called
    /// `Unnamed: 0`, also where the header leaves it out; a repeated name gets `.1`, `.2` … Values that a short row lacks are
    /// empty. Where the first row is longer than the header, the header lacks as many first names; a later row that is longer
    /// is an error. A value ends at a NUL byte.
    ///
    /// # Errors
    /// If the bytes are not UTF-8, have no header, or a row is too long.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, TsvError> {
        Self::read_separated(file, bytes, '\t')
    }

    /// Reads a table like [`Table::read`], with `separator` between the values instead of a tab.
    ///
    /// # Errors
    /// The errors of [`Table::read`].
    pub fn read_separated(file: &str, bytes: &[u8], separator: char) -> Result<Self, TsvError> {
        let (columns, rows) = parse::parse(file, bytes, separator)?;
        Ok(Self { file: file.to_owned(), columns, rows })
    }

    /// A table from its parts.
    ///
    /// # Errors
    /// [`TsvError::Ragged`] if a row does not have one value per column; the header counts as line 1.
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

/// The bytes of a file with these rows, the header first, in the form of [`Table::to_bytes`].
pub fn bytes_of_rows<'a>(rows: impl Iterator<Item = &'a Vec<String>>) -> Vec<u8> {
    let lines = rows.map(|values| values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join("\t") + "\n");
    lines.collect::<String>().into_bytes()
}

/// Whether pandas reads the text as a missing value (`NaN`).
pub fn is_missing(value: &str) -> bool {
    const MISSING: [&str; 18] = [
        "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN",
        "None", "n/a", "nan",
    ];
    MISSING.contains(&value) || value == "null"
}

/// A value as it is written, in quotation marks where it needs them.
fn quoted(value: &str) -> String {
    if value.contains(['\t', '\n', '\r', '"']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() }
}
