//! Names of the regions of a label image: a table with a column of numbers and a column of names.
//!
//! Understood are the tables of BIDS (`*_dseg.tsv`: `index`, `name`), of Clinica's atlases (`roi_value`, `roi_name`) and
//! nilearn's look-up tables, separated by tabs or, where the header has none, by commas or semicolons.

use std::collections::BTreeMap;

use crate::tsv::{Table, TsvError, is_missing};

/// Largest table that is read, in bytes. An atlas of a thousand regions takes some ten thousand.
pub const MAX_TABLE_BYTES: u64 = 4 << 20;

/// Columns that may hold numbers; the first that is found is used, whatever its letter case.
const NUMBER_COLUMNS: [&str; 6] = ["index", "roi_value", "value", "id", "label_id", "number"];

/// Columns that may hold names; the first that is found is used, whatever its letter case.
const NAME_COLUMNS: [&str; 5] = ["name", "roi_name", "label", "region", "structure"];

/// Largest number of a region: float32 voxels do not distinguish larger neighbouring numbers.
pub const MAX_LABEL: u32 = 1 << 24;

/// Region numbers and their names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelTable(BTreeMap<u32, String>);

/// Why a table names no regions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelTableError {
    /// The file is no table.
    #[error(transparent)]
    NoTable(#[from] TsvError),
    /// A column that is needed is not there.
    #[error("{file}: no column of the regions' {what} ({}), it has {}", known.join(", "), found.join(", "))]
    MissingColumn {
        /// The file.
        file: String,
        /// What the column should hold.
        what: &'static str,
        /// Names that it may have.
        known: Vec<&'static str>,
        /// The columns that are there.
        found: Vec<String>,
    },
    /// A region's number is no whole number, or too large.
    #[error("{file}: region number {value:?} in row {row} is not a whole number from 0 to {MAX_LABEL}")]
    BadNumber {
        /// The file.
        file: String,
        /// Row below the header, from 1.
        row: usize,
        /// The text in the table.
        value: String,
    },
    /// A region has two names.
    #[error("{file}: region {number} is named twice, {first:?} and {second:?}")]
    NamedTwice {
        /// The file.
        file: String,
        /// The region.
        number: u32,
        /// First name of the region.
        first: String,
        /// Second name of the region.
        second: String,
    },
    /// The table names no region.
    #[error("{file}: the table names no region")]
    Empty {
        /// The file.
        file: String,
    },
}

impl LabelTableError {
    /// What the user may do.
    pub fn hint(&self) -> &'static str {
        match self {
            LabelTableError::BadNumber { .. } | LabelTableError::NamedTwice { .. } => "correct the table: one row for each region",
            _ => "give a table of text with a header line, tabs or commas between the columns, and the columns index and name",
        }
    }
}

impl LabelTable {
    /// Whether a file's name has the ending of a table.
    pub fn is_table_name(file: &str) -> bool {
        let lower = file.to_ascii_lowercase();
        [".tsv", ".csv", ".txt"].iter().any(|ending| lower.ends_with(ending))
    }

    /// Reads a table; `file` is its name for messages. Rows without a name are skipped.
    ///
    /// # Errors
    /// If the file is no table with both columns, a number is malformed, or a region has two names or none has one.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, LabelTableError> {
        let table = Table::read_separated(file, bytes, separator_of(bytes))?;
        let numbers = column(&table, "numbers", &NUMBER_COLUMNS)?;
        let names = column(&table, "names", &NAME_COLUMNS)?;
        let mut regions = BTreeMap::new();
        for (index, row) in table.rows().iter().enumerate() {
            let (value, name) = (row[numbers].trim(), row[names].trim());
            let bad_number = || LabelTableError::BadNumber { file: file.to_owned(), row: index + 1, value: value.to_owned() };
            let number = whole_number(value).ok_or_else(bad_number)?;
            if is_missing(name) {
                continue;
            }
            if let Some(first) = regions.insert(number, name.to_owned()).filter(|first| first != name) {
                return Err(LabelTableError::NamedTwice { file: file.to_owned(), number, first, second: name.to_owned() });
            }
        }
        if regions.is_empty() {
            return Err(LabelTableError::Empty { file: file.to_owned() });
        }
        Ok(LabelTable(regions))
    }

    /// The name of a region.
    pub fn name(&self, number: u32) -> Option<&str> {
        self.0.get(&number).map(String::as_str)
    }

    /// All regions by number.
    pub fn regions(&self) -> impl Iterator<Item = (u32, &str)> {
        self.0.iter().map(|(number, name)| (*number, name.as_str()))
    }
}

/// The first of tab, semicolon and comma that the header has.
fn separator_of(bytes: &[u8]) -> char {
    let header = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    ['\t', ';', ','].into_iter().find(|&separator| header.contains(&(separator as u8))).unwrap_or('\t')
}

fn column(table: &Table, what: &'static str, known: &[&'static str]) -> Result<usize, LabelTableError> {
    let position = |name: &&str| table.columns().iter().position(|column| column.trim().eq_ignore_ascii_case(name));
    known.iter().find_map(position).ok_or_else(|| LabelTableError::MissingColumn {
        file: table.file().to_owned(),
        what,
        known: known.to_vec(),
        found: table.columns().to_vec(),
    })
}

/// `17`, and `17.0` as pandas writes whole numbers of a column with gaps.
fn whole_number(text: &str) -> Option<u32> {
    let number: f64 = text.parse().ok()?;
    (number.fract() == 0.0 && (0.0..=f64::from(MAX_LABEL)).contains(&number)).then_some(number as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<LabelTable, LabelTableError> {
        LabelTable::read("atlas.tsv", text.as_bytes())
    }

    #[test]
    fn tables_of_bids_and_clinica_and_with_commas_are_read() {
        for text in [
            "index\tname\n1\tPrecentral L\n2\tPrecentral R\n",
            "roi_value\troi_name\n1\tPrecentral L\n2\tPrecentral R\n",
            "Name,Colour,Index\r\n\"Precentral L\",#ff0000,1\r\nPrecentral R,\"a, b\",2.0\r\n",
            "\u{feff}index;name\n2;Precentral R\n1;Precentral L\n",
        ] {
            let table = read(text).unwrap();
            assert_eq!(table.regions().collect::<Vec<_>>(), [(1, "Precentral L"), (2, "Precentral R")], "{text:?}");
            assert_eq!(table.name(2), Some("Precentral R"));
            assert_eq!(table.name(3), None);
        }
    }

    #[test]
    fn a_label_column_names_regions() {
        assert_eq!(read("index\tlabel\n7\tThalamus\n").unwrap().name(7), Some("Thalamus"));
    }

    #[test]
    fn rows_without_a_name_are_passed_over() {
        assert_eq!(read("index\tname\n1\t\n2\tn/a\n3\tCuneus\n").unwrap().regions().collect::<Vec<_>>(), [(3, "Cuneus")]);
    }

    #[test]
    fn malformed_tables_are_refused_in_words() {
        for (text, words) in [
            ("", "empty"),
            ("index\tname\n", "names no region"),
            ("index\tname\n1\tA\n2\tB\textra\n", "line 3 has 3 values"),
            ("number\tcolour\n1\tred\n", "no column of the regions' names (name, roi_name"),
            ("name\tcolour\nA\tred\n", "no column of the regions' numbers (index"),
            ("index\tname\none\tA\n", "\"one\" in row 1"),
            ("index\tname\n1\tA\n1.5\tB\n", "\"1.5\" in row 2"),
            ("index\tname\n-1\tA\n", "\"-1\" in row 1"),
            ("index\tname\n1e300\tA\n", "\"1e300\" in row 1"),
            ("index\tname\nNaN\tA\n", "\"NaN\" in row 1"),
            ("index\tname\n4\tA\n4\tB\n", "region 4 is named twice, \"A\" and \"B\""),
            ("index\tname\n\"1\tA\n", "never closed"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.to_string().contains(words), "{text:?}: {error}");
            assert!(error.to_string().starts_with("atlas.tsv: ") && !error.hint().is_empty(), "{error}");
        }
        assert!(LabelTable::read("atlas.tsv", b"index\tname\n1\t\xff\n").is_err());
    }
}
