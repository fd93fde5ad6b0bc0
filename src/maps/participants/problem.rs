//! What can be wrong with tables of participants; all problems are reported at once.

use std::fmt;

use crate::maps::sentence::first_few;

/// All that is wrong with tables of participants: at least one problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParticipantsError {
    /// The problems in the order in which they were found.
    pub problems: Vec<TableProblem>,
}

/// One problem of a table. Rows are counted from 1, below the header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableProblem {
    /// The name is not that of a table.
    #[error("{path}: a table whose name ends in .tsv is needed here")]
    NotATable {
        /// The path that was given.
        path: String,
    },
    /// Columns are missing.
    #[error("{file}: no column {}; it has {}", missing.join(", no column "), found.join(", "))]
    MissingColumns {
        /// The table.
        file: String,
        /// Names of the missing columns.
        missing: Vec<String>,
        /// Names of the table's columns.
        found: Vec<String>,
    },
    /// The table is a list of cohorts where one of participants was expected.
    #[error("{file}: the columns cohort and path are those of a list of cohorts, not of one cohort's participants")]
    ListOfCohorts {
        /// The table.
        file: String,
    },
    /// Cells that must not be empty are.
    #[error("{file}: column {column} is empty in row {}", rows_in_words(rows))]
    EmptyCells {
        /// The table.
        file: String,
        /// The column.
        column: &'static str,
        /// Numbers of these rows.
        rows: Vec<usize>,
    },
    /// No row has one of the diagnoses.
    #[error("{file}: no row has the diagnosis {}; the table has {}", asked.join(" or "), or_none(found))]
    NoneOfDiagnoses {
        /// The table.
        file: String,
        /// Diagnoses asked for.
        asked: Vec<String>,
        /// Diagnoses in the table.
        found: Vec<String>,
    },
    /// A cohort is listed more than once.
    #[error("{file}: listed more than once: {}", cohorts.join(", "))]
    RepeatedCohorts {
        /// The list.
        file: String,
        /// The repeated cohorts.
        cohorts: Vec<String>,
    },
    /// A cohort has participants, but no CAPS.
    #[error("{file}: no CAPS of the cohort {cohort}; there are those of {}", or_none(found))]
    NoCaps {
        /// The list of CAPS.
        file: String,
        /// The cohort.
        cohort: String,
        /// Cohorts with a CAPS.
        found: Vec<String>,
    },
    /// No cohort has one of the diagnoses that were asked for.
    #[error("{file}: no cohort has the diagnosis {}; together they have {}", missing.join(" or "), or_none(found))]
    DiagnosesOfNoCohort {
        /// The list of participants.
        file: String,
        /// The diagnoses that no cohort has.
        missing: Vec<String>,
        /// Diagnoses of all cohorts.
        found: Vec<String>,
    },
}

impl ParticipantsError {
    /// What the user may do.
    pub fn hint(&self) -> String {
        let mut hints: Vec<&str> = self.problems.iter().map(TableProblem::hint).collect();
        hints.dedup();
        hints.join("; ")
    }
}

impl TableProblem {
    fn hint(&self) -> &'static str {
        match self {
            TableProblem::NotATable { .. } => "give the .tsv file itself; a folder is not searched for one",
            TableProblem::MissingColumns { .. } => {
                "a table of participants needs the columns participant_id, session_id and diagnosis; of several cohorts, the list of \
                 participants needs cohort, diagnoses and path, that of CAPS cohort and path; columns are separated by tabs"
            }
            TableProblem::ListOfCohorts { .. } => "say that there are several cohorts (--multi_cohort), or give the table of one of them",
            TableProblem::EmptyCells { .. } => "fill in these cells or remove the rows",
            TableProblem::NoneOfDiagnoses { .. } | TableProblem::DiagnosesOfNoCohort { .. } => {
                "choose among these diagnoses (--diagnoses; those of the training where none are chosen)"
            }
            TableProblem::RepeatedCohorts { .. } => "list every cohort once",
            TableProblem::NoCaps { .. } => "give each cohort the same name in both lists",
        }
    }
}

impl std::error::Error for ParticipantsError {}

impl fmt::Display for ParticipantsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<String> = self.problems.iter().map(ToString::to_string).collect();
        f.write_str(&sentences.join("; "))
    }
}

/// The error of these problems; `Ok` if there are none.
pub(super) fn none(problems: Vec<TableProblem>) -> Result<(), ParticipantsError> {
    if problems.is_empty() { Ok(()) } else { Err(ParticipantsError { problems }) }
}

fn rows_in_words(rows: &[usize]) -> String {
    first_few(&rows.iter().map(usize::to_string).collect::<Vec<_>>())
}

fn or_none(words: &[String]) -> String {
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
