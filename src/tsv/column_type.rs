//! The types that pandas gives to columns, and how it writes their values again: `80` in a column of decimals becomes `80.0`.

use super::is_missing;

/// The type that pandas gives to a whole column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnType {
    /// `int64`: whole numbers, none missing.
    Integer,
    /// `float64`: numbers, some of which may be missing, or nothing but missing values.
    Float,
    /// `bool`.
    Boolean,
    /// `object`.
    Text,
}

/// The values of a column as pandas writes them after it has read several tables, one `Vec` per table, and concatenated them.
/// Missing values are empty.
pub fn rewritten(tables: &[Vec<&str>]) -> Vec<Vec<String>> {
    let types: Vec<ColumnType> = tables.iter().map(|values| type_of(values)).collect();
    let filled = || tables.iter().zip(&types).filter(|(values, _)| !values.is_empty()).map(|(_, found)| *found);
    let only_numbers = filled().all(|found| matches!(found, ColumnType::Integer | ColumnType::Float));
    let is_mixed = only_numbers && filled().any(|found| found == ColumnType::Float);
    let write = |(values, own): (&Vec<&str>, &ColumnType)| {
        let written_as = if is_mixed { ColumnType::Float } else { *own };
        values.iter().map(|value| written(value, written_as)).collect()
    };
    tables.iter().zip(&types).map(write).collect()
}

/// The type that pandas gives to a column with these values.
fn type_of(values: &[&str]) -> ColumnType {
    let present: Vec<&str> = values.iter().copied().filter(|value| !is_missing(value)).collect();
    let none_missing = present.len() == values.len();
    if none_missing && present.iter().all(|value| value.parse::<i64>().is_ok()) {
        ColumnType::Integer
    } else if present.iter().all(|value| value.parse::<f64>().is_ok()) {
        ColumnType::Float
    } else if none_missing && present.iter().all(|value| boolean(value).is_some()) {
        ColumnType::Boolean
    } else {
        ColumnType::Text
    }
}

/// A value as pandas writes it in a column of that type.
fn written(value: &str, column: ColumnType) -> String {
    let changed = match column {
        _ if is_missing(value) => Some(String::new()),
        ColumnType::Integer => value.parse::<i64>().ok().map(|number| number.to_string()),
        ColumnType::Float => value.parse().ok().map(python_float),
        ColumnType::Boolean => boolean(value).map(str::to_owned),
        ColumnType::Text => None,
    };
    changed.unwrap_or_else(|| value.to_owned())
}

/// `True` or `False` for the texts that pandas reads as booleans.
fn boolean(value: &str) -> Option<&'static str> {
    match value {
        "True" | "TRUE" | "true" => Some("True"),
        "False" | "FALSE" | "false" => Some("False"),
        _ => None,
    }
}

/// A float as Python's `repr` writes it, which differs from Rust's in the sign and the two digits of exponents.
fn python_float(number: f64) -> String {
    let rust = format!("{number:?}");
    let Some((digits, exponent)) = rust.split_once('e') else { return rust };
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{digits}e{sign}{exponent:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tables: &[&[&str]], expected: &[&[&str]]) {
        let tables: Vec<Vec<&str>> = tables.iter().map(|values| values.to_vec()).collect();
        assert_eq!(rewritten(&tables), expected, "{tables:?}");
    }

    #[test]
    fn a_column_is_of_one_type() {
        check(&[&["80", "76.9", "59.00"]], &[&["80.0", "76.9", "59.0"]]);
        check(&[&["80", "076"]], &[&["80", "76"]]);
        check(&[&["80", "n/a"]], &[&["80.0", ""]]);
        check(&[&["AD", "NaN", "80"]], &[&["AD", "", "80"]]);
        check(&[&["TRUE", "false"]], &[&["True", "False"]]);
        check(&[&["1e-5", "12345678901234567890", "1e16", "0.0001"]], &[&["1e-05", "1.2345678901234567e+19", "1e+16", "0.0001"]]);
    }

    #[test]
    fn cohorts_share_a_type_where_all_are_numbers() {
        check(&[&["80"], &["76.9"]], &[&["80.0"], &["76.9"]]);
        check(&[&["80"], &[]], &[&["80"], &[]]);
        check(&[&["80"], &[""]], &[&["80.0"], &[""]]);
        check(&[&["80"], &["AD"], &["76.90"]], &[&["80"], &["AD"], &["76.9"]]);
    }
}
