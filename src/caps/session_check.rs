//! Whether sessions can be used, all of them looked at before anything is computed.

use super::warning::listed;
use super::{CapsError, ElementSource, ImageCatalogue, SessionElements};
use crate::files::FileTree;
use crate::volume::transforms::SizeReduction;

/// What a network takes, where it takes nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedInput {
    /// Channels, then the axes: `input_size` of the model.
    pub shape: Vec<usize>,
    /// The size reduction before it.
    pub size_reduction: Option<SizeReduction>,
}

/// Why some sessions cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", in_words(sessions, error))]
pub struct SessionProblem {
    /// Participant and session of all that it concerns.
    pub sessions: Vec<String>,
    /// What is wrong.
    pub error: CapsError,
}

/// Whether all elements make the input that the network takes.
fn check_inputs(session: &SessionElements, expected: Option<&ExpectedInput>) -> Result<(), CapsError> {
    let Some(ExpectedInput { shape, size_reduction }) = expected else { return Ok(()) };
    let other = session.elements.iter().enumerate().find(|(_, element)| element.input_shape(*size_reduction) != *shape);
    let Some((index, element)) = other else { return Ok(()) };
    Err(CapsError::OtherInput {
        path: session.path_of(index).to_owned(),
        element: element.in_words(),
        found: element.input_shape(*size_reduction),
        expected: shape.clone(),
    })
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
    /// With `expected`, elements that would make another input are problems, too.
    pub async fn check(
        &mut self,
        tree: &FileTree,
        catalogue: &ImageCatalogue,
        sessions: &[(String, String)],
        expected: Option<&ExpectedInput>,
    ) -> Vec<SessionProblem> {
        let mut problems: Vec<SessionProblem> = Vec::new();
        for (participant_id, session_id) in sessions {
            let words = super::words_of(participant_id, session_id);
            let outcome = match catalogue.find(participant_id, session_id) {
                Some(entry) => self.open_session(tree, entry).await.and_then(|session| check_inputs(&session, expected)),
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
