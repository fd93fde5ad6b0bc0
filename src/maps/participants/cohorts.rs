//! Several cohorts (`--multi_cohort`): a table that lists the cohorts' tables, and one that lists their CAPS.

use std::collections::{BTreeMap, BTreeSet};

use super::problem::{self, ParticipantsError, TableProblem};
use super::{COHORT, PATH, column, distinct, kept_rows, missing_columns, owned, session};
use crate::maps::GroupSession;
use crate::tsv::{Table, column_type, is_missing};

const DIAGNOSES: &str = "diagnoses";

/// One cohort of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// Name of the cohort.
    pub name: String,
    /// The diagnoses that were asked for and that the cohort has.
    pub diagnoses: Vec<String>,
    /// Path of the cohort's table of participants, as the list gives it.
    pub participants_path: String,
    /// Path of the cohort's CAPS, as the list gives it.
    pub caps_path: String,
}

/// The cohorts that have any of the diagnoses asked for, in the order of the participants' list.
///
/// `participants` has columns `cohort`, `diagnoses` (separated by commas) and `path`; `caps` has `cohort` and `path`. CAPS of
/// other cohorts are ignored.
///
/// # Errors
/// All problems at once: columns or cells that are missing, a cohort that is listed twice or has no CAPS, a path that is no
/// table, diagnoses that no cohort has.
pub fn cohorts(participants: &Table, caps: &Table, diagnoses: &[String]) -> Result<Vec<Cohort>, ParticipantsError> {
    let mut problems = Vec::new();
    check_list(participants, &[COHORT, DIAGNOSES, PATH], &mut problems);
    check_list(caps, &[COHORT, PATH], &mut problems);
    problem::none(std::mem::take(&mut problems))?;
    let with_caps: BTreeMap<&str, &str> = column(caps, COHORT).into_iter().zip(column(caps, PATH)).collect();
    let mut taken = Vec::new();
    for row in 0..participants.len() {
        let text = |column| participants.get(row, column).unwrap_or_default().to_owned();
        let (name, path) = (text(COHORT), text(PATH));
        let diagnoses = shared(&text(DIAGNOSES), diagnoses);
        if diagnoses.is_empty() {
            continue;
        }
        if !path.ends_with(".tsv") {
            problems.push(TableProblem::NotATable { path: path.clone() });
        }
        match with_caps.get(name.as_str()).map(|&path| path.to_owned()) {
            Some(caps_path) => taken.push(Cohort { name, diagnoses, participants_path: path, caps_path }),
            None => problems.push(TableProblem::NoCaps { file: caps.file().to_owned(), cohort: name, found: distinct(caps, COHORT) }),
        }
    }
    diagnoses_of_no_cohort(participants, diagnoses, &mut problems);
    problem::none(problems)?;
    Ok(taken)
}

/// Every cohort with the path of its CAPS, as the list gives them and in its order: a stored group of several cohorts finds
/// its images by it, and masks of regions are those of the first.
///
/// # Errors
/// All problems at once: columns or cells that are missing, a cohort that is listed twice.
pub fn caps_of_cohorts(caps: &Table) -> Result<Vec<(String, String)>, ParticipantsError> {
    let mut problems = Vec::new();
    check_list(caps, &[COHORT, PATH], &mut problems);
    problem::none(problems)?;
    Ok(column(caps, COHORT).into_iter().zip(column(caps, PATH)).map(|(cohort, path)| (cohort.to_owned(), path.to_owned())).collect())
}

/// The sessions of all cohorts, cohort by cohort, each table filtered by the cohort's diagnoses.
///
/// # Errors
/// All problems of all tables at once, of the kinds that [`super::sessions_of_single_cohort`] finds.
pub fn sessions_of_cohorts(cohorts: &[(Cohort, Table)], label: Option<&str>) -> Result<Vec<GroupSession>, ParticipantsError> {
    let mut problems = Vec::new();
    let rows: Vec<Vec<usize>> = cohorts.iter().map(|(cohort, table)| kept_rows(table, &cohort.diagnoses, &mut problems)).collect();
    problem::none(problems)?;
    let labels = label.map(|label| labels(cohorts, label));
    let mut sessions = Vec::new();
    for (index, ((cohort, table), rows)) in cohorts.iter().zip(rows).enumerate() {
        let labels = labels.as_ref().and_then(|labels| labels.get(index)).map(Vec::as_slice);
        sessions.extend(rows.into_iter().map(|row| session(table, row, &cohort.name, labels)));
    }
    Ok(sessions)
}

/// The values of the label's column for every table; all are missing where a table lacks the column.
fn labels(cohorts: &[(Cohort, Table)], label: &str) -> Vec<Vec<String>> {
    let columns: Vec<Vec<&str>> = cohorts.iter().map(|(_, table)| values(table, label)).collect();
    column_type::rewritten(&columns)
}

fn values<'a>(table: &'a Table, column: &str) -> Vec<&'a str> {
    (0..table.len()).map(|row| table.get(row, column).unwrap_or_default()).collect()
}

/// Checks a list of cohorts: its columns, empty cells and repeated cohorts.
fn check_list(list: &Table, needed: &[&'static str], problems: &mut Vec<TableProblem>) {
    let file = || list.file().to_owned();
    missing_columns(list, needed, problems);
    for &name in needed {
        let empty = column(list, name).into_iter().enumerate().filter(|(_, value)| is_missing(value));
        let rows: Vec<usize> = empty.map(|(row, _)| row + 1).collect();
        if !rows.is_empty() {
            problems.push(TableProblem::EmptyCells { file: file(), column: name, rows });
        }
    }
    let mut seen = BTreeSet::new();
    let repeated: Vec<&str> = column(list, COHORT).into_iter().filter(|cohort| !is_missing(cohort) && !seen.insert(*cohort)).collect();
    if !repeated.is_empty() {
        problems.push(TableProblem::RepeatedCohorts { file: file(), cohorts: owned(&repeated) });
    }
}

/// The diagnoses that were asked for and that a cohort's cell lists.
fn shared(cell: &str, asked: &[String]) -> Vec<String> {
    let listed = listed(cell);
    asked.iter().filter(|diagnosis| listed.contains(diagnosis)).cloned().collect()
}

/// The diagnoses in a cell: AD and CN for `AD, CN`.
fn listed(cell: &str) -> Vec<String> {
    cell.replace(' ', "").split(',').filter(|diagnosis| !diagnosis.is_empty()).map(str::to_owned).collect()
}

/// Adds a problem if no cohort lists one of the diagnoses that were asked for.
fn diagnoses_of_no_cohort(list: &Table, asked: &[String], problems: &mut Vec<TableProblem>) {
    let found: BTreeSet<String> = column(list, DIAGNOSES).into_iter().flat_map(listed).collect();
    let missing: Vec<String> = asked.iter().filter(|diagnosis| !found.contains(*diagnosis)).cloned().collect();
    if !missing.is_empty() {
        problems.push(TableProblem::DiagnosesOfNoCohort { file: list.file().to_owned(), missing, found: found.into_iter().collect() });
    }
}
