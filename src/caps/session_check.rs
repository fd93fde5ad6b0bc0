//! Whether sessions can be used, all of them looked at before anything is computed.

use super::warning::listed;
use super::{CapsError, ElementSource, ImageCatalogue};
use crate::files::FileTree;

/// Why some sessions cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", in_words(sessions, error))]
pub struct SessionProblem {
    /// Participant and session of all that it concerns.
    pub sessions: Vec<String>,
    /// What is wrong.
    pub error: CapsError,
}

/// Sessions first, unless the problem's own sentence begins with the only one.
fn in_words(sessions: &[String], error: &CapsError) -> String {
    let sentence = error.to_string();
    match sessions {
        [only] if sentence.starts_with(only.as_str()) => sentence,
        _ => format!("{}: {sentence}", listed(sessions)),
    }
}

impl ElementSource {
    /// Looks at every session's files and headers, as [`ElementSource::open_session`] does, and gives everything that is
    /// wrong; sessions with the same problem, such as a mask that is not there, come together. Empty if all can be used.
    pub async fn check(&mut self, tree: &FileTree, catalogue: &ImageCatalogue, sessions: &[(String, String)]) -> Vec<SessionProblem> {
        let mut problems: Vec<SessionProblem> = Vec::new();
        for (participant_id, session_id) in sessions {
            let words = super::words_of(participant_id, session_id);
            let outcome = match catalogue.find(participant_id, session_id) {
                Some(entry) => self.open_session(tree, entry).await.map(drop),
                None => Err(CapsError::NoImageOfSession { catalogue: catalogue.name.clone(), session: words.clone() }),
            };
            let Err(error) = outcome else { continue };
            match problems.iter_mut().find(|problem| problem.error == error) {
                Some(problem) => problem.sessions.push(words),
                None => problems.push(SessionProblem { sessions: vec![words], error }),
            }
        }
        problems
    }
}
