//! Tables of participants → the sessions of a new data group, by the rules of `clinicadl interpret` 1.6.1.
//!
//! Nothing is read here: tables are arguments, and for several cohorts [`cohorts()`] gives the paths of their tables first.

mod cohorts;
mod problem;

pub use cohorts::{Cohort, caps_of_cohorts, cohorts, sessions_of_cohorts};
pub use problem::{ParticipantsError, TableProblem};

use std::collections::BTreeMap;

use super::GroupSession;
use crate::tsv::{Table, column_type, is_missing};

pub(super) const PARTICIPANT: &str = "participant_id";
const SESSION: &str = "session_id";
const DIAGNOSIS: &str = "diagnosis";
const COHORT: &str = "cohort";
const PATH: &str = "path";

/// Name of the cohort where there is only one.
pub const SINGLE_COHORT: &str = "single";

/// The sessions of a table of one cohort whose diagnosis is among `diagnoses`, in the table's order.
///
/// `label` is the column that the network learnt; its values are part of the sessions where the table has it.
///
/// # Errors
/// All problems at once: columns that are missing, the columns of a list of cohorts, cells that are empty, no session with
/// these diagnoses.
pub fn sessions_of_single_cohort(table: &Table, diagnoses: &[String], label: Option<&str>) -> Result<Vec<GroupSession>, ParticipantsError> {
    let mut problems = Vec::new();
    if table.has_column(COHORT) && table.has_column(PATH) {
        problems.push(TableProblem::ListOfCohorts { file: table.file().to_owned() });
    }
    let rows = kept_rows(table, diagnoses, &mut problems);
    problem::none(problems)?;
    let labels = label.filter(|label| table.has_column(label)).map(|label| column_type::rewritten(&[column(table, label)]).concat());
    Ok(rows.into_iter().map(|row| session(table, row, SINGLE_COHORT, labels.as_deref())).collect())
}

/// Checks that a path can be that of a table of participants. ClinicaDL 1.6.1 accepts a folder, too, but reads its parent.
///
/// # Errors
/// [`TableProblem::NotATable`] if it does not end in `.tsv`.
pub fn check_is_table(path: &str) -> Result<(), ParticipantsError> {
    let problems = if path.ends_with(".tsv") { Vec::new() } else { vec![TableProblem::NotATable { path: path.to_owned() }] };
    problem::none(problems)
}

/// Sessions that stand in a group more than once, in words, in the order in which they come: `sub-1 ses-M00 (2 times)`.
pub fn repeated(sessions: &[GroupSession]) -> Vec<String> {
    let key = |session: &GroupSession| (session.participant_id.clone(), session.session_id.clone(), session.cohort.clone());
    let mut times: BTreeMap<_, usize> = BTreeMap::new();
    sessions.iter().for_each(|session| *times.entry(key(session)).or_default() += 1);
    let of_session = |session: &GroupSession| {
        let n = times.remove(&key(session)).filter(|n| *n > 1)?;
        Some(format!("{} {} ({n} times)", session.participant_id, session.session_id))
    };
    sessions.iter().filter_map(of_session).collect()
}

/// The sessions of a group's stored table, all rows of which are used.
///
/// # Errors
/// If a column is missing, or a cell that names a participant or session is empty.
pub(super) fn sessions_of_group(table: &Table, label: Option<&str>) -> Result<Vec<GroupSession>, ParticipantsError> {
    let mut problems = Vec::new();
    missing_columns(table, &[PARTICIPANT, SESSION], &mut problems);
    let rows: Vec<usize> = (0..table.len()).collect();
    empty_cells(table, &rows, &mut problems);
    problem::none(problems)?;
    let labels: Option<Vec<String>> = label.filter(|label| table.has_column(label)).map(|label| owned(&column(table, label)));
    let cohort = |row| table.get(row, COHORT).filter(|cohort| !is_missing(cohort)).unwrap_or(SINGLE_COHORT);
    Ok(rows.into_iter().map(|row| session(table, row, cohort(row), labels.as_deref())).collect())
}

/// Numbers of the rows with one of the diagnoses; everything that is wrong with the table is added to `problems`.
fn kept_rows(table: &Table, diagnoses: &[String], problems: &mut Vec<TableProblem>) -> Vec<usize> {
    missing_columns(table, &[PARTICIPANT, SESSION, DIAGNOSIS], problems);
    let is_one = |found: &str| !is_missing(found) && diagnoses.iter().any(|asked| asked == found);
    let is_asked = |row: &usize| table.get(*row, DIAGNOSIS).is_none_or(is_one);
    let rows: Vec<usize> = (0..table.len()).filter(is_asked).collect();
    empty_cells(table, &rows, problems);
    if rows.is_empty() {
        problems.push(TableProblem::NoneOfDiagnoses {
            file: table.file().to_owned(),
            asked: diagnoses.to_vec(),
            found: distinct(table, DIAGNOSIS),
        });
    }
    rows
}

fn missing_columns(table: &Table, needed: &[&str], problems: &mut Vec<TableProblem>) {
    let missing: Vec<&str> = needed.iter().copied().filter(|column| !table.has_column(column)).collect();
    if !missing.is_empty() {
        problems.push(TableProblem::MissingColumns {
            file: table.file().to_owned(),
            missing: owned(&missing),
            found: table.columns().to_vec(),
        });
    }
}

fn empty_cells(table: &Table, rows: &[usize], problems: &mut Vec<TableProblem>) {
    for column in [PARTICIPANT, SESSION] {
        let is_empty = |row: &&usize| table.get(**row, column).is_some_and(is_missing);
        let empty: Vec<usize> = rows.iter().filter(is_empty).map(|row| row + 1).collect();
        if !empty.is_empty() {
            problems.push(TableProblem::EmptyCells { file: table.file().to_owned(), column, rows: empty });
        }
    }
}

/// The session in a row.
fn session(table: &Table, row: usize, cohort: &str, labels: Option<&[String]>) -> GroupSession {
    let text = |column| table.get(row, column).unwrap_or_default().to_owned();
    let label = labels.and_then(|labels| labels.get(row)).filter(|label| !is_missing(label)).cloned();
    GroupSession { participant_id: text(PARTICIPANT), session_id: text(SESSION), cohort: cohort.to_owned(), label }
}

/// The values of a column; empty where there is no such column.
fn column<'a>(table: &'a Table, name: &str) -> Vec<&'a str> {
    table.column(name).map(Iterator::collect).unwrap_or_default()
}

/// The distinct values of a column in the order of their first occurrence, without missing ones.
fn distinct(table: &Table, name: &str) -> Vec<String> {
    let mut values: Vec<&str> = Vec::new();
    for value in column(table, name).into_iter().filter(|value| !is_missing(value)) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    owned(&values)
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}
