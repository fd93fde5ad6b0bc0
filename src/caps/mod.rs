//! A dataset folder: participants and sessions → images.
//!
//! Takes a CAPS (`subjects/<participant>/<session>/…`), anything that contains one, or loose image files, each with or
//! without a table of participants. What does not fit together becomes a [`Warning`], never a silent omission.

mod element_source;
mod element_warning;
mod error;
mod glob;
mod grids;
mod input_spec;
mod layout;
mod masks;
mod participants;
mod prepared;
mod runs;
mod selection;
mod session_check;
mod warning;

pub use element_source::{ElementSource, LoadedElement, SessionElements};
pub use element_warning::ElementWarning;
pub use error::CapsError;
pub use input_spec::InputSpec;
pub use session_check::{ExpectedInput, SessionProblem};
pub use warning::Warning;

use std::collections::{BTreeMap, BTreeSet};

use crate::files::{FileTree, file_name};
use crate::volume::known_space::{self, Assumption};
use crate::volume::{Volume, nifti, tensor};
use layout::Found;
use participants::{Participants, Row};

/// The images of a dataset, one per participant and session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageCatalogue {
    /// Name of the CAPS folder, or "images".
    pub name: String,
    /// In the order of the participants' table, then those without a row; sorted where there is no table.
    pub entries: Vec<ImageEntry>,
}

/// One participant's image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageEntry {
    /// `sub-…`, or the file's name where there is none.
    pub participant_id: String,
    /// `ses-…`, or empty where there is none.
    pub session_id: String,
    /// Diagnosis of the table.
    pub diagnosis: Option<String>,
    /// Path of the image inside the tree; of one of its elements where nothing else is left of it.
    pub path: String,
    /// How to read it.
    pub format: ImageFormat,
    /// All images that match alike, if nothing tells which is meant. `path` is then the last by name.
    pub rivals: Vec<String>,
}

impl ImageEntry {
    /// `sub-01 ses-M000`
    pub fn words(&self) -> String {
        words_of(&self.participant_id, &self.session_id)
    }
}

/// The formats of an image in a CAPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImageFormat {
    /// A NIfTI, which knows where it lies in the head.
    Nifti,
    /// A tensor that ClinicaDL extracted from a NIfTI.
    Tensor,
    /// No image, but elements that ClinicaDL cut out of it: see [`ElementSource`].
    Elements,
}

/// An image with what was assumed about it.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedImage {
    /// The voxels, with their place in the head.
    pub volume: Volume,
    /// Why the affine had to be assumed, for tensors.
    pub assumption: Option<Assumption>,
}

/// Participant and session.
type Key = (String, String);

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
            Found::Caps { sessions, .. } => selection::of_sessions(tree, sessions, pattern, &mut warnings)?,
            Found::Loose(paths) if paths.is_empty() => return Err(CapsError::NoImages { n_files: tree.len() }),
            Found::Loose(paths) => selection::of_loose_files(paths, pattern, &mut warnings),
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

/// Reads an image of a catalogue.
///
/// # Errors
/// If the file cannot be had or is no 3D image, or if only elements are left of it.
pub async fn read_image(tree: &FileTree, entry: &ImageEntry) -> Result<LoadedImage, CapsError> {
    if entry.format == ImageFormat::Elements {
        return Err(CapsError::OnlyElements { session: entry.words(), example: entry.path.clone() });
    }
    let file = tree.source(&entry.path)?;
    match entry.format {
        ImageFormat::Nifti => Ok(LoadedImage { volume: nifti::read_file(&entry.path, file.as_ref()).await?, assumption: None }),
        ImageFormat::Tensor | ImageFormat::Elements => {
            let volume = tensor::read(&entry.path, file, |shape| known_space::assume(shape).world_from_voxel).await?;
            let assumption = Some(known_space::assume(volume.shape()).reason);
            Ok(LoadedImage { volume, assumption })
        }
    }
}

fn name_of(found: &Found) -> String {
    match found {
        Found::Caps { root, .. } if !root.is_empty() => file_name(root).to_owned(),
        Found::Caps { .. } => "CAPS".to_owned(),
        Found::Loose(_) => "images".to_owned(),
    }
}

/// Rows first, then the images that no row names.
fn in_table_order(mut images: BTreeMap<Key, selection::Image>, table: Participants, warnings: &mut Vec<Warning>) -> Vec<ImageEntry> {
    let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
    let (mut duplicates, mut without_image) = (Vec::new(), Vec::new());
    for Row { key, diagnosis } in table.rows {
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
    let told = [
        Warning::DuplicateRows { table: table.clone(), sessions: duplicates },
        Warning::RowsWithoutImage { table: table.clone(), sessions: without_image },
        Warning::ImagesWithoutRow { table, sessions: without_row },
    ];
    warnings.extend(told.into_iter().filter(|warning| !warning.sessions().is_empty()));
    entries
}

fn entry((participant_id, session_id): Key, image: selection::Image, diagnosis: Option<String>) -> ImageEntry {
    let selection::Image { path, format, rivals } = image;
    ImageEntry { participant_id, session_id, diagnosis, path, format, rivals }
}

/// `sub-01 ses-M000`
fn words((participant_id, session_id): &Key) -> String {
    words_of(participant_id, session_id)
}

fn words_of(participant_id: &str, session_id: &str) -> String {
    format!("{participant_id} {session_id}").trim_end().to_owned()
}
