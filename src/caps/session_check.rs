//! Checks that sessions can be used, all of them before anything is computed.

use super::image_entry::words_of;
use super::warning::listed;
use super::{CapsError, ElementSource, ImageCatalogue, SessionElements, layout};
use crate::files::FileTree;
use crate::volume::transforms::SizeReduction;

/// The only input that a network takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedInput {
    /// Shape of the input: channels, then the axes (`input_size` of the model).
    pub shape: Vec<usize>,
    /// The size reduction of elements before they are given to the network.
    pub size_reduction: Option<SizeReduction>,
}

/// Why some sessions cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", in_words(sessions, error))]
pub struct SessionProblem {
    /// Participant and session of all sessions with this problem, in words.
    pub sessions: Vec<String>,
    /// The problem.
    pub error: CapsError,
}

/// Checks that all elements of a session make the input that the network takes.
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

/// The problem's sentence behind its sessions, unless there is only one session and the sentence begins with it.
fn in_words(sessions: &[String], error: &CapsError) -> String {
    let sentence = error.to_string();
    match sessions {
        [only] if sentence.starts_with(only.as_str()) => sentence,
        _ => format!("{}: {sentence}", listed(sessions)),
    }
}

/// Why there is no image of a session in the dataset called `catalogue`: a folder in which it may lie could not be read, or it is
/// not there.
fn absence(tree: &FileTree, catalogue: &str, participant_id: &str, session_id: &str) -> CapsError {
    let mut folders = tree.unread().filter_map(|(path, _)| layout::session_folder_near(path, participant_id, session_id));
    let unread = folders.find_map(|folder| tree.unread_about(&folder));
    let missing = || CapsError::NoImageOfSession { catalogue: catalogue.to_owned(), session: words_of(participant_id, session_id) };
    unread.map_or_else(missing, CapsError::File)
}

/// The problems of sessions of which nothing at all was found.
pub fn all_absent(tree: &FileTree, catalogue: &str, sessions: &[(String, String)]) -> Vec<SessionProblem> {
    let problem = |(participant_id, session_id): &(String, String)| SessionProblem {
        sessions: vec![words_of(participant_id, session_id)],
        error: absence(tree, catalogue, participant_id, session_id),
    };
    sessions.iter().map(problem).collect()
}

impl ElementSource {
    /// Opens every session with [`ElementSource::open_session`] and gives all problems, none if all sessions can be used.
    /// Sessions with the same problem, such as a missing mask, are reported together. With `expected`, elements that would
    /// make another input are problems, too.
    pub async fn check(
        &mut self,
        tree: &FileTree,
        catalogue: &ImageCatalogue,
        sessions: &[(String, String)],
        expected: Option<&ExpectedInput>,
    ) -> Vec<SessionProblem> {
        let mut problems: Vec<SessionProblem> = Vec::new();
        for (participant_id, session_id) in sessions {
            let words = words_of(participant_id, session_id);
            let outcome = match catalogue.find(participant_id, session_id) {
                Some(entry) => self.open_session(tree, entry).await.and_then(|session| check_inputs(&session, expected)),
                None => Err(absence(tree, &catalogue.name, participant_id, session_id)),
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
