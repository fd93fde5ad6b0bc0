//! Chooses one of several images that match equally well: the highest `run-`, if they differ in nothing else.

use super::layout::SessionFile;
use crate::files::file_name;

/// The file that was chosen, and why.
pub(super) enum Choice<'a> {
    /// The only file.
    Only(SessionFile<'a>),
    /// The file with the highest run.
    HighestRun(SessionFile<'a>),
    /// The last file by name; the choice is ambiguous.
    Undecided(SessionFile<'a>),
}

impl<'a> Choice<'a> {
    /// Chooses one of `files`; `None` if there are none.
    pub fn of(files: &[SessionFile<'a>]) -> Option<Self> {
        let &last = files.last()?;
        if files.len() == 1 {
            return Some(Choice::Only(last));
        }
        let runs: Option<Vec<(u64, String, SessionFile)>> = files.iter().map(|file| without_run(file)).collect();
        let Some(mut runs) = runs else { return Some(Choice::Undecided(last)) };
        runs.sort_by_key(|(run, _, _)| *run);
        let differ_in_run_only = runs.windows(2).all(|pair| pair[0].1 == pair[1].1 && pair[0].0 < pair[1].0);
        let highest = runs.last().filter(|_| differ_in_run_only).map(|(_, _, file)| *file);
        Some(highest.map_or(Choice::Undecided(last), Choice::HighestRun))
    }

    /// The file that was chosen.
    pub fn file(&self) -> SessionFile<'a> {
        let (Choice::Only(file) | Choice::HighestRun(file) | Choice::Undecided(file)) = self;
        *file
    }
}

/// Number of the run, the path without the run, and the file; `None` where the name has no run.
fn without_run<'a>(file: &SessionFile<'a>) -> Option<(u64, String, SessionFile<'a>)> {
    let name = file_name(file.below_session);
    let folder = file.below_session.strip_suffix(name).unwrap_or_default();
    let (runs, rest): (Vec<&str>, Vec<&str>) = name.split('_').partition(|part| part.starts_with("run-"));
    let [run] = runs.as_slice() else { return None };
    let number = run.strip_prefix("run-")?.parse().ok()?;
    Some((number, format!("{folder}{}", rest.join("_")), *file))
}
