//! How far a job is, and why one failed.

use serde::{Deserialize, Serialize};

use crate::pace::Stage;

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The kind of work that goes on.
    pub stage: Stage,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 where unknown.
    pub total: u64,
    /// Checkpoint, session and element in work, such as `split-0 best-loss · sub-01 ses-M000 · roi 1`.
    pub about: Option<String>,
    /// Estimated milliseconds until the job ends; `None` where unknown.
    pub remaining_ms: Option<f64>,
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What failed, on which file, with the numbers.
    pub what: String,
    /// What the user may do.
    pub hint: String,
}
