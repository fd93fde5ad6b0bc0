//! Tables as ClinicaDL writes them, and as people do.

use maplens::tsv::{Table, TsvError, is_missing};

fn check(text: &str, columns: &[&str], rows: &[&[&str]]) {
    let table = Table::read("data.tsv", text.as_bytes()).unwrap();
    assert_eq!(table.columns(), columns, "{text:?}");
    assert_eq!(table.rows(), rows, "{text:?}");
}

fn fails(text: &[u8]) -> TsvError {
    Table::read("data.tsv", text).unwrap_err()
}

#[test]
fn a_data_group_of_clinicadl_is_read() {
    let path = format!("{}/tests/fixtures/maps/image_sr5_age/groups/test/data.tsv", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).unwrap();
    let table = Table::read("data.tsv", &bytes).unwrap();
    let participants: Vec<_> = table.column("participant_id").unwrap().collect();
    assert!(!table.is_empty() && participants.iter().all(|id| id.starts_with("sub-")), "{participants:?}");
    assert_eq!(table.get(0, "participant_id"), participants.first().copied());
    assert_eq!(table.to_bytes(), bytes);
}

#[test]
fn line_ends_and_marks_do_not_matter() {
    let rows: &[&[&str]] = &[&["1", "2"], &["3", ""]];
    check("a\tb\n1\t2\n3\t\n", &["a", "b"], rows);
    check("a\tb\r\n1\t2\r\n3\t\r\n", &["a", "b"], rows);
    check("a\tb\r1\t2\r3\t", &["a", "b"], rows);
    check("\u{feff}a\tb\n1\t2\n3\t", &["a", "b"], rows);
    check("\na\tb\n\n1\t2\n  \n3\t\n\n", &["a", "b"], rows);
    check("a\tb\n", &["a", "b"], &[]);
}

#[test]
fn quotes_are_those_of_pandas() {
    check("a\tb\n\"x\ty\"\t\"say \"\"no\"\"\"\n", &["a", "b"], &[&["x\ty", "say \"no\""]]);
    check("a\tb\n\"two\nlines\"\t5\"\n", &["a", "b"], &[&["two\nlines", "5\""]]);
    check("a\tb\n\"x\"y\t\"\"\n", &["a", "b"], &[&["xy", ""]]);
    check("a\n\"\"\n", &["a"], &[&[""]]);
}

#[test]
fn an_index_column_may_have_no_name() {
    check("\ta\n0\tx\n", &["Unnamed: 0", "a"], &[&["0", "x"]]);
    check("a\n0\tx\n1\ty\n", &["Unnamed: 0", "a"], &[&["0", "x"], &["1", "y"]]);
    check("a\ta\ta.1\n1\t2\t3\n", &["a", "a.1", "a.1.1"], &[&["1", "2", "3"]]);
}

/// What pandas 1.5.3 gives for these texts, index columns included.
#[test]
fn rows_of_other_lengths_are_those_of_pandas() {
    check("a\tb\tc\n1\n2\t3\n4\t5\t6\n", &["a", "b", "c"], &[&["1", "", ""], &["2", "3", ""], &["4", "5", "6"]]);
    check("a\n1\t2\t3\n4\t5\n", &["Unnamed: 0", "Unnamed: 1", "a"], &[&["1", "2", "3"], &["4", "5", ""]]);
    // A tab behind every value shifts the columns, as it does in pandas.
    check("a\tb\n1\t2\t\n", &["Unnamed: 0", "a", "b"], &[&["1", "2", ""]]);
}

/// As pandas 1.5.3 reads it; from 3 on it keeps what stands behind a NUL.
#[test]
fn what_old_editors_leave_at_the_end_is_a_row_without_values() {
    check("a\tb\n1\t2\n\u{1a}", &["a", "b"], &[&["1", "2"], &["\u{1a}", ""]]);
    check("a\tb\n1\t2\n\0\0\0", &["a", "b"], &[&["1", "2"], &["", ""]]);
    check("a\tb\n1\t2\0x\n", &["a", "b"], &[&["1", "2"]]);
}

#[test]
fn errors_name_file_and_line() {
    let file = || "data.tsv".to_owned();
    assert_eq!(fails(b""), TsvError::Empty { file: file() });
    assert_eq!(fails(b"\n \n"), TsvError::Empty { file: file() });
    assert_eq!(fails(b"a\tb\n1\n\n1\t2\t3\n"), TsvError::Ragged { file: file(), line: 4, expected: 2, found: 3 });
    assert_eq!(fails(b"a\tb\n\"1\n\"\t2\n1\t2\t3\n"), TsvError::Ragged { file: file(), line: 4, expected: 2, found: 3 });
    assert_eq!(fails(b"a\n\"x\n"), TsvError::UnclosedQuote { file: file(), line: 2 });
    assert_eq!(fails(b"a\n\xff"), TsvError::NotText { file: file(), at: 2 });
    let table = Table::read("data.tsv", b"a\tb\n").unwrap();
    let missing = table.column("session_id").map(|_| ()).unwrap_err();
    assert_eq!(missing.to_string(), "data.tsv: no column \"session_id\", it has a, b");
}

#[test]
fn what_is_written_is_read() {
    let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    let rows = vec![owned(&["sub-1", "tab\there", "\"q\""]), owned(&["", "two\r\nlines", "plain"])];
    let table = Table::new("data.tsv", owned(&["a", "b", "c"]), rows).unwrap();
    assert_eq!(Table::read("data.tsv", &table.to_bytes()), Ok(table));
    assert!(matches!(Table::new("x", owned(&["a"]), vec![vec![]]), Err(TsvError::Ragged { line: 2, expected: 1, found: 0, .. })));
}

#[test]
fn missing_values_are_those_of_pandas() {
    assert!(["", "n/a", "NaN", "null"].into_iter().all(is_missing));
    assert!(!["AD", "0", "nope"].into_iter().any(is_missing));
}
