//! What did not fit together in a dataset, in words.

/// Sessions named in one sentence before "and … more".
const NAMED: usize = 5;

/// One kind of misfit with the sessions it concerns.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// Rows whose image is not there.
    #[error("{table}: {} without an image, left out: {}", counted(sessions, "row"), listed(sessions))]
    RowsWithoutImage {
        /// The table.
        table: String,
        /// Participant and session.
        sessions: Vec<String>,
    },
    /// Images that the table does not name.
    #[error("{table}: {} without a row, so without a diagnosis: {}", counted(sessions, "image"), listed(sessions))]
    ImagesWithoutRow {
        /// The table.
        table: String,
        /// Participant and session.
        sessions: Vec<String>,
    },
    /// The same participant and session twice.
    #[error("{table}: {} for a session that was named before, ignored: {}", counted(sessions, "row"), listed(sessions))]
    DuplicateRows {
        /// The table.
        table: String,
        /// Participant and session.
        sessions: Vec<String>,
    },
    /// Several runs.
    #[error("{} with several runs, the highest is taken: {}", counted(sessions, "session"), listed(sessions))]
    HighestRunTaken {
        /// Participant, session and the chosen file.
        sessions: Vec<String>,
    },
    /// Several files match.
    #[error("{} with more than one matching image, of which none can be chosen: {}", counted(sessions, "session"), listed(sessions))]
    AmbiguousImages {
        /// Participant, session and the files.
        sessions: Vec<String>,
    },
    /// Sessions whose files do not match the model's pattern.
    #[error("{} without an image that matches {pattern}, left out: {}", counted(sessions, "session"), listed(sessions))]
    SessionsWithoutMatch {
        /// The glob.
        pattern: String,
        /// Participant and session.
        sessions: Vec<String>,
    },
    /// Loose files with the same identifiers.
    #[error("{} with more than one file, listed by file name instead: {}", counted(sessions, "session"), listed(sessions))]
    LooseFilesShareName {
        /// Participant and session.
        sessions: Vec<String>,
    },
    /// A table of participants without sessions.
    #[error("{table}: no column \"session_id\", so its diagnoses are not used")]
    NoSessionColumn {
        /// The table.
        table: String,
    },
    /// More than one table of participants.
    #[error("{used}: used as the table of participants; not used: {}", listed(others))]
    SeveralTables {
        /// The table in use.
        used: String,
        /// The other tables.
        others: Vec<String>,
    },
}

impl Warning {
    /// The sessions, or tables, it concerns.
    pub fn sessions(&self) -> &[String] {
        match self {
            Warning::RowsWithoutImage { sessions, .. }
            | Warning::ImagesWithoutRow { sessions, .. }
            | Warning::DuplicateRows { sessions, .. }
            | Warning::HighestRunTaken { sessions }
            | Warning::AmbiguousImages { sessions }
            | Warning::SessionsWithoutMatch { sessions, .. }
            | Warning::LooseFilesShareName { sessions } => sessions,
            Warning::SeveralTables { others, .. } => others,
            Warning::NoSessionColumn { table } => std::slice::from_ref(table),
        }
    }
}

/// `1 row`, `2 rows`
fn counted(sessions: &[String], noun: &str) -> String {
    let plural = if sessions.len() == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", sessions.len())
}

/// The first of them, and how many more.
pub(super) fn listed(sessions: &[String]) -> String {
    let named = sessions.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match sessions.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
