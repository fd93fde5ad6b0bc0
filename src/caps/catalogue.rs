//! The images of a dataset, listed without reading them.

use std::collections::{BTreeMap, BTreeSet};

use super::image_entry::{ImageEntry, SessionKey, words};
use super::layout::{self, FoundImages};
use super::participants::{self, Participants, ParticipantsRow};
use super::selection::{self, ChosenImage};
use super::{CapsError, Warning};
use crate::files::{FileTree, file_name};

/// The images of a dataset, one per participant and session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageCatalogue {
    /// Name of the CAPS folder, or "images".
    pub name: String,
    /// The images in the order of the participants' table, then those without a row; sorted by session where there is no
    /// table.
    pub entries: Vec<ImageEntry>,
}

impl ImageCatalogue {
    /// Lists the images of a tree.
    ///
    /// `pattern` is the glob of the loaded model's images (`file_type.pattern`): it decides between the images of a session.
    ///
    /// # Errors
    /// If there is no image, or none that matches `pattern`, or the table cannot be read.
    pub async fn open(tree: &FileTree, pattern: Option<&str>) -> Result<(ImageCatalogue, Vec<Warning>), CapsError> {
        let mut warnings = Vec::new();
        let found = layout::find_images(tree)?;
        let images = match &found {
            FoundImages::Caps { sessions, .. } => selection::of_sessions(tree, sessions, pattern, &mut warnings)?,
            FoundImages::Loose(paths) if paths.is_empty() => return Err(CapsError::NoImages { n_files: tree.len() }),
            FoundImages::Loose(paths) => selection::of_loose_files(paths, pattern, &mut warnings),
        };
        let entries = match participants::read(tree, &mut warnings).await? {
            Some(table) => in_table_order(images, table, &mut warnings),
            None => images.into_iter().map(|(key, image)| entry(key, image, None)).collect(),
        };
        Ok((ImageCatalogue { name: name_of(&found), entries }, warnings))
    }

    /// The entry of a participant's session.
    pub fn find(&self, participant_id: &str, session_id: &str) -> Option<&ImageEntry> {
        self.entries.iter().find(|entry| entry.participant_id == participant_id && entry.session_id == session_id)
    }
}

fn name_of(found: &FoundImages) -> String {
    match found {
        FoundImages::Caps { root, .. } if !root.is_empty() => file_name(root).to_owned(),
        FoundImages::Caps { .. } => "CAPS".to_owned(),
        FoundImages::Loose(_) => "images".to_owned(),
    }
}

/// The entries in the order of the table's rows, then the images that no row names.
fn in_table_order(mut images: BTreeMap<SessionKey, ChosenImage>, table: Participants, warnings: &mut Vec<Warning>) -> Vec<ImageEntry> {
    let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
    let (mut duplicates, mut without_image) = (Vec::new(), Vec::new());
    for ParticipantsRow { key, diagnosis } in table.rows {
        if !seen.insert(key.clone()) {
            duplicates.push(words(&key));
        } else if let Some(image) = images.remove(&key) {
            entries.push(entry(key, image, diagnosis));
        } else {
            without_image.push(words(&key));
        }
    }
    let without_row: Vec<String> = images.keys().map(words).collect();
    entries.extend(images.into_iter().map(|(key, image)| entry(key, image, None)));
    let table = table.path;
    let possible = [
        Warning::DuplicateRows { table: table.clone(), sessions: duplicates },
        Warning::RowsWithoutImage { table: table.clone(), sessions: without_image },
        Warning::ImagesWithoutRow { table, sessions: without_row },
    ];
    warnings.extend(possible.into_iter().filter(|warning| !warning.sessions().is_empty()));
    entries
}

fn entry((participant_id, session_id): SessionKey, image: ChosenImage, diagnosis: Option<String>) -> ImageEntry {
    let ChosenImage { path, format, nifti, rivals } = image;
    ImageEntry { participant_id, session_id, diagnosis, path, format, nifti, rivals }
}
