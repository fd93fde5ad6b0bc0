//! The images of one or more cohorts, by name, and the check of all of them before a group run.

use std::collections::BTreeMap;

use super::images::{Images, SAME_PREPROCESSING, expected_of};
use crate::caps;
use crate::engine::failure::JobEnd;
use crate::files::FileTree;
use crate::maps::participants::SINGLE_COHORT;
use crate::maps::{GroupSession, MapsConfig};
use crate::protocol::Failure;

/// The images of one or more cohorts, by the cohort's name.
#[derive(Default)]
pub struct Cohorts(BTreeMap<String, Images>);

impl Cohorts {
    /// Opens the images of a cohort for a model.
    ///
    /// # Errors
    /// If there are none that it could take, or a table of theirs cannot be read.
    pub async fn open(&mut self, cohort: String, tree: FileTree, config: &MapsConfig) -> Result<(), JobEnd> {
        self.0.insert(cohort, Images::open(tree, Some(config)).await?);
        Ok(())
    }

    /// Warnings about the folders that were opened, one sentence each.
    pub fn warnings(&self) -> impl Iterator<Item = &str> {
        self.0.values().flat_map(|images| images.warnings().iter().map(String::as_str))
    }

    /// A single cohort, for which every name stands.
    pub fn single(images: Images) -> Self {
        Self(BTreeMap::from([(SINGLE_COHORT.to_owned(), images)]))
    }

    /// The only cohort, taken out again.
    pub fn into_single(self) -> Option<Images> {
        self.0.into_values().next()
    }

    /// A cohort's images; where only one cohort is open, it stands for all.
    ///
    /// # Errors
    /// If there is no such cohort.
    pub fn of(&mut self, cohort: &str) -> Result<&mut Images, JobEnd> {
        let name = if self.0.len() == 1 { self.0.keys().next().cloned() } else { Some(cohort.to_owned()) };
        let missing =
            || JobEnd::because(format!("there is no CAPS of the cohort {cohort}"), "open the images of every cohort of the group");
        name.and_then(|name| self.0.get_mut(&name)).ok_or_else(missing)
    }

    /// Checks the files of every session, before anything is computed; gives the number of elements, which is the same for
    /// all.
    ///
    /// # Errors
    /// Everything that is wrong with any session, in one sentence each.
    pub async fn check(&mut self, sessions: &[GroupSession], config: &MapsConfig) -> Result<usize, JobEnd> {
        let mut problems: Vec<Failure> = Vec::new();
        let mut n_elements = None;
        for cohort in cohorts_of(sessions) {
            let own: Vec<(String, String)> = sessions
                .iter()
                .filter(|session| session.cohort == cohort)
                .map(|s| (s.participant_id.clone(), s.session_id.clone()))
                .collect();
            match self.of(&cohort)?.check(&own, &expected_of(config)).await? {
                Ok(n) => match *n_elements.get_or_insert(n) {
                    first if first == n => {}
                    first => {
                        let what = format!("the images of the cohort {cohort} have {n} elements, those before {first}");
                        problems.push(Failure { what, hint: SAME_PREPROCESSING.to_owned() });
                    }
                },
                Err(own) => problems.extend(own),
            }
        }
        if !problems.is_empty() {
            return Err(all_at_once(problems));
        }
        n_elements.ok_or_else(|| JobEnd::because("the data group has no sessions", "choose a group with participants"))
    }
}

/// The error of a CAPS called `name`, of which `tree` is what was found of these sessions, and holds nothing.
pub fn no_session(tree: &FileTree, name: &str, sessions: &[(String, String)]) -> JobEnd {
    let problems = caps::all_absent(tree, name, sessions);
    all_at_once(problems.iter().map(|problem| Failure { what: problem.to_string(), hint: problem.error.hint() }).collect())
}

/// Joins many failures into one: all sentences, then every hint once.
fn all_at_once(problems: Vec<Failure>) -> JobEnd {
    let (mut sentences, mut hints): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for Failure { what, hint } in problems {
        sentences.push(what);
        if !hints.contains(&hint) {
            hints.push(hint);
        }
    }
    hints.push("or leave these sessions out: nothing has been computed yet".to_owned());
    JobEnd::because(sentences.join("; "), hints.join("; "))
}

fn cohorts_of(sessions: &[GroupSession]) -> Vec<String> {
    let mut names: Vec<String> = sessions.iter().map(|session| session.cohort.clone()).collect();
    names.sort();
    names.dedup();
    names
}
