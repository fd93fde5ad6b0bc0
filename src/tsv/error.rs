//! Why a table could not be read or used.

/// Why a table could not be read or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TsvError {
    /// The file has no header line.
    #[error("{file}: the table is empty, a header line with column names is needed")]
    Empty {
        /// The file.
        file: String,
    },
    /// The file is not UTF-8 text.
    #[error("{file}: not a text file in UTF-8 (byte {at}), save it as UTF-8 text separated by tabs")]
    NotText {
        /// The file.
        file: String,
        /// Position of the first byte that is not UTF-8.
        at: usize,
    },
    /// A row with too many values.
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
