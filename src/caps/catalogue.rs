//! The images of a dataset, listed without reading them.

use std::collections::BTreeMap;

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
    /// The rows of the participants' table that have an image, in its order, each with its own diagnosis; one row for each
    /// entry where there is no table, and for each without a row. A session that stands in the table twice has two rows.
    pub rows: Vec<ListedRow>,
}

/// A row of the table of participants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedRow {
    /// Position of its image among the entries.
    pub entry: usize,
    /// The diagnosis in this row.
    pub diagnosis: Option<String>,
}

impl ImageCatalogue {
    /// Lists the images of a tree.
    ///
    /// `pattern` is the glob of the loaded model's images (`file_type.pattern`): it decides between the images of a session.
    ///
    /// # Errors
    /// If there is no image, or none that matches `pattern`.
    pub async fn open(tree: &FileTree, pattern: Option<&str>) -> Result<(ImageCatalogue, Vec<Warning>), CapsError> {
        let mut warnings: Vec<Warning> = tree.unread().map(Warning::not_read).collect();
        let mut found = layout::find_images(tree)?;
        if found.is_doubtful() && !selection::any_matches(&found, pattern) {
            found = layout::loose_images(tree)?;
        }
        let images = match &found {
            FoundImages::Caps { root, sessions, others } => {
                warnings.extend((!others.is_empty()).then(|| Warning::OtherCaps { used: name_in_words(root), others: others.clone() }));
                selection::of_sessions(tree, sessions, pattern, &mut warnings)?
            }
            FoundImages::Loose(paths) if paths.is_empty() => {
                let nothing = CapsError::NoImages { n_files: tree.len() };
                return Err(tree.unread_about("").map_or(nothing, CapsError::File));
            }
            FoundImages::Loose(paths) => selection::of_loose_files(paths, pattern, &mut warnings),
        };
        let mut catalogue = ImageCatalogue { name: name_of(&found), entries: Vec::new(), rows: Vec::new() };
        match participants::read(tree, &mut warnings).await? {
            Some(table) => catalogue.add_in_table_order(images, table, &mut warnings),
            None => images.into_iter().for_each(|(key, image)| catalogue.add(key, image, None)),
        }
        Ok((catalogue, warnings))
    }

    /// The entry of a participant's session.
    pub fn find(&self, participant_id: &str, session_id: &str) -> Option<&ImageEntry> {
        self.entries.iter().find(|entry| entry.participant_id == participant_id && entry.session_id == session_id)
    }

    /// Adds an image with its row.
    fn add(&mut self, (participant_id, session_id): SessionKey, image: ChosenImage, diagnosis: Option<String>) {
        let ChosenImage { path, format, nifti, rivals } = image;
        self.rows.push(ListedRow { entry: self.entries.len(), diagnosis: diagnosis.clone() });
        self.entries.push(ImageEntry { participant_id, session_id, diagnosis, path, format, nifti, rivals });
    }

    /// Adds the images in the order of the table's rows, then those that no row names.
    fn add_in_table_order(&mut self, mut images: BTreeMap<SessionKey, ChosenImage>, table: Participants, warnings: &mut Vec<Warning>) {
        let (mut duplicates, mut without_image) = (Vec::new(), Vec::new());
        let mut positions: BTreeMap<SessionKey, usize> = BTreeMap::new();
        for ParticipantsRow { key, diagnosis } in table.rows {
            if let Some(&entry) = positions.get(&key) {
                duplicates.push(words(&key));
                self.rows.push(ListedRow { entry, diagnosis });
            } else if let Some(image) = images.remove(&key) {
                positions.insert(key.clone(), self.entries.len());
                self.add(key, image, diagnosis);
            } else {
                without_image.push(words(&key));
            }
        }
        let without_row: Vec<String> = images.keys().map(words).collect();
        images.into_iter().for_each(|(key, image)| self.add(key, image, None));
        let table = table.path;
        let possible = [
            Warning::DuplicateRows { table: table.clone(), sessions: duplicates },
            Warning::RowsWithoutImage { table: table.clone(), sessions: without_image },
            Warning::ImagesWithoutRow { table, sessions: without_row },
        ];
        warnings.extend(possible.into_iter().filter(|warning| !warning.sessions().is_empty()));
    }
}

fn name_in_words(root: &str) -> String {
    if root.is_empty() { "what was given".to_owned() } else { root.to_owned() }
}

fn name_of(found: &FoundImages) -> String {
    match found {
        FoundImages::Caps { root, .. } if !root.is_empty() => file_name(root).to_owned(),
        FoundImages::Caps { .. } => "CAPS".to_owned(),
        FoundImages::Loose(_) => "images".to_owned(),
    }
}
