//! A session of a data group.

/// A session of a data group: one row of its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSession {
    /// The participant's identifier, `sub-…`.
    pub participant_id: String,
    /// The session's identifier, `ses-…`.
    pub session_id: String,
    /// Name of the cohort; `single` where there is only one.
    pub cohort: String,
    /// Value in the column of the learnt label, as pandas writes it; `None` where it is missing.
    pub label: Option<String>,
}
