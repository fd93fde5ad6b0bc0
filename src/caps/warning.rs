//! Warnings about a dataset: files and rows that are not used, and ambiguous ones.

/// Number of sessions that a sentence names before "and … more".
const NAMED: usize = 5;

/// A kind of warning with the sessions it concerns.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// Rows of the table have no image.
    #[error("{table}: {} without an image, left out: {}", counted(sessions, "row"), listed(sessions))]
    RowsWithoutImage {
        /// The table.
        table: String,
        /// Participant and session.
        sessions: Vec<String>,
    },
    /// Images have no row in the table.
    #[error("{table}: {} without a row, so without a diagnosis: {}", counted(sessions, "image"), listed(sessions))]
    ImagesWithoutRow {
        /// The table.
        table: String,
        /// Participant and session.
        sessions: Vec<String>,
    },
    /// Rows repeat a participant and session.
    #[error(
        "{table}: {} for a session that was named before, which is listed once and counts in a group's mean each time: {}",
        counted(sessions, "row"),
        listed(sessions)
    )]
    DuplicateRows {
        /// The table.
        table: String,
        /// Participant and session.
        sessions: Vec<String>,
    },
    /// Sessions have images of several runs.
    #[error("{} with several runs, the highest is taken: {}", counted(sessions, "session"), listed(sessions))]
    HighestRunTaken {
        /// Participant, session and the chosen file.
        sessions: Vec<String>,
    },
    /// Several images of a session match equally well.
    #[error("{} with more than one matching image, of which none can be chosen: {}", counted(sessions, "session"), listed(sessions))]
    AmbiguousImages {
        /// Participant, session and the files.
        sessions: Vec<String>,
    },
    /// Sessions have no image that matches the model's pattern.
    #[error("{} without an image that matches {pattern}, left out: {}", counted(sessions, "session"), listed(sessions))]
    SessionsWithoutMatch {
        /// The glob.
        pattern: String,
        /// Participant and session.
        sessions: Vec<String>,
    },
    /// Loose files have the same identifiers in their names.
    #[error("{} with more than one file, listed by file name instead: {}", counted(sessions, "session"), listed(sessions))]
    LooseFilesShareName {
        /// Participant and session.
        sessions: Vec<String>,
    },
    /// A table of participants has no sessions.
    #[error("{table}: no column \"session_id\", so its diagnoses are not used")]
    NoSessionColumn {
        /// The table.
        table: String,
    },
    /// A table that names participants cannot be read.
    #[error("{error}; so its diagnoses are not used")]
    UnreadTable {
        /// Why.
        error: String,
    },
    /// A folder, or a link, could not be read.
    #[error("{path}: passed over, since it could not be read ({reason})")]
    NotRead {
        /// The folder or link.
        path: String,
        /// The refusal in the platform's words.
        reason: String,
    },
    /// Folders further down look like a CAPS, too.
    #[error("{used}: used as the CAPS; not used: {}", listed(others))]
    OtherCaps {
        /// The folder in use.
        used: String,
        /// The other folders.
        others: Vec<String>,
    },
    /// There is more than one table of participants.
    #[error("{used}: used as the table of participants; not used: {}", listed(others))]
    SeveralTables {
        /// The table in use.
        used: String,
        /// The other tables.
        others: Vec<String>,
    },
}

impl Warning {
    /// The warning about a folder, or a link, that could not be read.
    pub(super) fn not_read((path, reason): (&str, &str)) -> Self {
        Self::NotRead { path: path.to_owned(), reason: reason.to_owned() }
    }

    /// The sessions, tables or folders that the warning concerns.
    pub fn sessions(&self) -> &[String] {
        match self {
            Warning::RowsWithoutImage { sessions, .. }
            | Warning::ImagesWithoutRow { sessions, .. }
            | Warning::DuplicateRows { sessions, .. }
            | Warning::HighestRunTaken { sessions }
            | Warning::AmbiguousImages { sessions }
            | Warning::SessionsWithoutMatch { sessions, .. }
            | Warning::LooseFilesShareName { sessions } => sessions,
            Warning::SeveralTables { others, .. } | Warning::OtherCaps { others, .. } => others,
            Warning::NoSessionColumn { table: named } | Warning::NotRead { path: named, .. } | Warning::UnreadTable { error: named } => {
                std::slice::from_ref(named)
            }
        }
    }
}

/// A number with its noun: `1 row`, `2 rows`.
fn counted(sessions: &[String], noun: &str) -> String {
    let plural = if sessions.len() == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", sessions.len())
}

/// The first sessions, and the number of the others.
pub(super) fn listed(sessions: &[String]) -> String {
    let named = sessions.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match sessions.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
