//! The images of a data group's cohorts: the CAPS that was given or stored, or those that a table of cohorts lists.

use std::collections::BTreeSet;
use std::path::Path;

use super::caps_folder::{Masks, SessionKey, caps_tree, masks_tree};
use super::folder::tree_of_file;
use crate::engine::{Cohorts, JobEnd, no_session};
use crate::files::FileTree;
use crate::maps::{DataGroup, GroupSession, Maps, participants};
use crate::tsv::Table;
use crate::volume::Extraction;

/// Opens the images of the groups' sessions: in one CAPS, or in those of a table of cohorts. As in ClinicaDL, regions are cut in
/// all cohorts by the masks of the first one in the table.
pub(super) async fn open_cohorts(path: &Path, groups: &[&DataGroup], maps: &Maps) -> Result<Cohorts, JobEnd> {
    let mut cohorts = Cohorts::default();
    if groups.iter().all(|group| !group.multi_cohort) {
        let sessions = sessions_of(groups, None);
        let tree = caps_of(path, &sessions, Masks::Own)?;
        if !sessions.is_empty() {
            open_cohort(&mut cohorts, participants::SINGLE_COHORT, &tree, path, &sessions, maps).await?;
        }
        return Ok(cohorts);
    }
    let listed = participants::caps_of_cohorts(&read_table(path).await?)?;
    check_cohorts(&listed, groups, path)?;
    let mut masks = FileTree::default();
    for (position, (cohort, folder)) in listed.iter().enumerate() {
        let folder = Path::new(folder);
        check_is_folder(folder)?;
        if position == 0 && listed.len() > 1 && matches!(maps.config.preprocessing.extraction, Extraction::Roi { .. }) {
            masks = masks_tree(folder)?;
            eprintln!("note: the masks in {} are used for all cohorts, as in ClinicaDL", folder.display());
        }
        let sessions = sessions_of(groups, Some(cohort));
        if !sessions.is_empty() {
            let own = if listed.len() == 1 { Masks::Own } else { Masks::OfFirstCohort };
            let mut tree = caps_of(folder, &sessions, own)?;
            tree.extend(masks.clone());
            open_cohort(&mut cohorts, cohort, &tree, folder, &sessions, maps).await?;
        }
    }
    Ok(cohorts)
}

/// Participant and session of each of the groups' sessions once, of one cohort or of all.
fn sessions_of(groups: &[&DataGroup], cohort: Option<&str>) -> Vec<SessionKey> {
    let is_of_cohort = |session: &&GroupSession| cohort.is_none_or(|cohort| session.cohort == cohort);
    let sessions = groups.iter().flat_map(|group| &group.sessions).filter(is_of_cohort);
    let keys = sessions.map(|session| (session.participant_id.clone(), session.session_id.clone()));
    let mut seen = BTreeSet::new();
    keys.filter(|key| seen.insert(key.clone())).collect()
}

/// Checks that every cohort of the groups has a CAPS in the table.
fn check_cohorts(listed: &[(String, String)], groups: &[&DataGroup], table: &Path) -> Result<(), JobEnd> {
    let mut sessions = groups.iter().flat_map(|group| &group.sessions);
    match sessions.find(|session| listed.iter().all(|(cohort, _)| *cohort != session.cohort)) {
        None => Ok(()),
        Some(GroupSession { cohort, .. }) => {
            let names: Vec<&str> = listed.iter().map(|(cohort, _)| cohort.as_str()).collect();
            let what = format!("{}: no CAPS of the cohort {cohort}; there are those of {}", table.display(), names.join(", "));
            Err(JobEnd::because(what, "list the CAPS of every cohort of the group"))
        }
    }
}

fn check_is_folder(folder: &Path) -> Result<(), JobEnd> {
    if folder.is_dir() {
        return Ok(());
    }
    Err(JobEnd::because(format!("{}: the CAPS is not a folder", folder.display()), "give the folder that holds subjects/"))
}

fn caps_of(folder: &Path, sessions: &[SessionKey], masks: Masks) -> Result<FileTree, JobEnd> {
    check_is_folder(folder)?;
    Ok(caps_tree(folder, sessions, masks)?)
}

/// Opens the images of a cohort, of whose sessions `tree` holds what was found in `folder`.
async fn open_cohort(
    cohorts: &mut Cohorts,
    cohort: &str,
    tree: &FileTree,
    folder: &Path,
    sessions: &[SessionKey],
    maps: &Maps,
) -> Result<(), JobEnd> {
    let is_caps = folder.join("subjects").is_dir();
    if is_caps && !tree.paths().any(|path| path.contains("/subjects/")) {
        return Err(no_session(tree, &name_of(folder), sessions));
    }
    let opened = cohorts.open(cohort.to_owned(), tree.clone(), &maps.config).await;
    opened.map_err(|ended| about_folder(ended, folder))
}

/// The failure with the folder in front, unless its text begins with the folder's name.
fn about_folder(ended: JobEnd, folder: &Path) -> JobEnd {
    let name = name_of(folder);
    match ended {
        JobEnd::Failed(failure) if failure.what.starts_with(&name) => JobEnd::Failed(failure),
        other => other.about(&folder.display().to_string()),
    }
}

/// The folder's name, whatever the words that lead to it.
fn name_of(folder: &Path) -> String {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    real.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Reads a table from a file of the machine.
///
/// # Errors
/// If the file cannot be read, or is no table.
pub(super) async fn read_table(path: &Path) -> Result<Table, JobEnd> {
    let name = path.display().to_string();
    let tree: FileTree = tree_of_file(path)?;
    let file = tree.paths().next().unwrap_or_default().to_owned();
    Ok(Table::read(&name, &tree.read(&file).await?)?)
}
