//! What can be wrong with tables of participants; all of it is told at once.

use std::fmt;

use crate::maps::groups::first_few;

/// All that is wrong with the tables given, at least one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParticipantsError {
    /// In the order in which they were found.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong. Rows are counted from 1, below the header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not a table by its name.
    #[error("{path}: a table whose name ends in .tsv is needed here")]
    NotATable {
        /// What was given.
        path: String,
    },
    /// Columns that are needed.
    #[error("{file}: no column {}; it has {}", missing.join(", no column "), found.join(", "))]
    MissingColumns {
        /// The table.
        file: String,
        /// Those needed.
        missing: Vec<String>,
        /// Those there.
        found: Vec<String>,
    },
    /// A list of cohorts where participants were expected.
    #[error("{file}: the columns cohort and path are those of a list of cohorts, not of one cohort's participants")]
    ListOfCohorts {
        /// The table.
        file: String,
    },
    /// Rows that name nobody.
    #[error("{file}: column {column} is empty in row {}", rows_in_words(rows))]
    EmptyCells {
        /// The table.
        file: String,
        /// The column.
        column: &'static str,
        /// Those rows.
        rows: Vec<usize>,
    },
    /// Sessions that come more than once: they would count twice in the mean.
    #[error("{file}: {}", first_few(&repeated.iter().map(ToString::to_string).collect::<Vec<_>>()))]
    RepeatedSessions {
        /// The table.
        file: String,
        /// Those sessions.
        repeated: Vec<Repeated>,
    },
    /// The diagnoses leave no row.
    #[error("{file}: no row has the diagnosis {}; the table has {}", asked.join(" or "), or_none(found))]
    NoneOfDiagnoses {
        /// The table.
        file: String,
        /// Diagnoses asked for.
        asked: Vec<String>,
        /// Diagnoses of the table.
        found: Vec<String>,
    },
    /// A cohort listed twice.
    #[error("{file}: listed more than once: {}", cohorts.join(", "))]
    RepeatedCohorts {
        /// The list.
        file: String,
        /// Those cohorts.
        cohorts: Vec<String>,
    },
    /// Participants, but no images.
    #[error("{file}: no CAPS of the cohort {cohort}; there are those of {}", or_none(found))]
    NoCaps {
        /// The list of CAPS.
        file: String,
        /// The cohort.
        cohort: String,
        /// Cohorts with a CAPS.
        found: Vec<String>,
    },
    /// Diagnoses asked for that no cohort has.
    #[error("{file}: no cohort has the diagnosis {}; together they have {}", missing.join(" or "), or_none(found))]
    DiagnosesOfNoCohort {
        /// The list of participants.
        file: String,
        /// Those diagnoses.
        missing: Vec<String>,
        /// Diagnoses of all cohorts.
        found: Vec<String>,
    },
}

/// A session that comes more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    /// Participant and session.
    pub session: String,
    /// Its rows.
    pub rows: Vec<usize>,
}

impl ParticipantsError {
    /// What the user may do.
    pub fn hint(&self) -> String {
        let mut hints: Vec<&str> = self.problems.iter().map(Problem::hint).collect();
        hints.dedup();
        hints.join("; ")
    }
}

impl Problem {
    fn hint(&self) -> &'static str {
        match self {
            Problem::NotATable { .. } => "give the .tsv file itself; a folder is not searched for one",
            Problem::MissingColumns { .. } => {
                "a table of participants needs the columns participant_id, session_id and diagnosis; of several cohorts, the list of \
                 participants needs cohort, diagnoses and path, that of CAPS cohort and path; columns are separated by tabs"
            }
            Problem::ListOfCohorts { .. } => "say that there are several cohorts (--multi_cohort), or give the table of one of them",
            Problem::EmptyCells { .. } => "fill in these cells or remove the rows",
            Problem::RepeatedSessions { .. } => "remove the repeated rows: each session counts once",
            Problem::NoneOfDiagnoses { .. } | Problem::DiagnosesOfNoCohort { .. } => {
                "choose among these diagnoses (--diagnoses; those of the training where none are chosen)"
            }
            Problem::RepeatedCohorts { .. } => "list every cohort once",
            Problem::NoCaps { .. } => "give each cohort the same name in both lists",
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

impl fmt::Display for Repeated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} comes {} times (rows {})", self.session, self.rows.len(), rows_in_words(&self.rows))
    }
}

/// Nothing is wrong, or the error.
pub(super) fn none(problems: Vec<Problem>) -> Result<(), ParticipantsError> {
    if problems.is_empty() { Ok(()) } else { Err(ParticipantsError { problems }) }
}

fn rows_in_words(rows: &[usize]) -> String {
    first_few(&rows.iter().map(usize::to_string).collect::<Vec<_>>())
}

fn or_none(words: &[String]) -> String {
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
