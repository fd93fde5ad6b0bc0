//! Which files are images, and whose.

use std::collections::BTreeMap;

use super::{CapsError, ImageFormat, Key, prepared};
use crate::files::{FileTree, file_name};
use crate::volume::nifti;

/// Folders of `deeplearning_prepare_data/` that hold elements, not images.
const ELEMENT_FOLDERS: [&str; 3] = ["patch_based", "roi_based", "slice_based"];

/// The images of a tree, before any choice between them.
pub(super) enum Found<'a> {
    /// A CAPS: every image file by participant and session. Images elsewhere, such as masks, are none of its business.
    Caps { root: String, sessions: BTreeMap<Key, Vec<SessionFile<'a>>> },
    /// No CAPS: every image file, but for masks of regions and elements, which belong to images.
    Loose(Vec<&'a str>),
}

/// An image file of a session.
#[derive(Clone, Copy)]
pub(super) struct SessionFile<'a> {
    pub path: &'a str,
    /// The part below the session's folder.
    pub below_session: &'a str,
    pub format: ImageFormat,
}

/// Kinds of folders that BIDS has below its participants.
const BIDS_FOLDERS: [&str; 8] = ["anat", "pet", "dwi", "func", "fmap", "perf", "meg", "eeg"];

/// The images of a tree.
///
/// # Errors
/// If participants' folders lie where a BIDS dataset has them.
pub(super) fn find_images(tree: &FileTree) -> Result<Found<'_>, CapsError> {
    let images: Vec<&str> = tree.paths().filter(|path| format_of(path).is_some() && !is_hidden(path)).collect();
    let mut sessions: BTreeMap<Key, Vec<SessionFile>> = BTreeMap::new();
    let mut caps_root = None;
    for path in &images {
        if let (Some((root, key, below_session)), Some(format)) = (split_caps_path(path), format_of(path)) {
            caps_root.get_or_insert(root);
            sessions.entry(key).or_default().push(SessionFile { path, below_session, format });
        }
    }
    match caps_root {
        Some(root) => check_top(tree, root).map(|()| Found::Caps { root: root.to_owned(), sessions }),
        None => check_loose(&images).map(|()| Found::Loose(images.into_iter().filter(|path| is_loose_image(path)).collect())),
    }
}

/// ClinicaDL takes a folder with `sub-*` at its top for a BIDS dataset.
fn check_top(tree: &FileTree, root: &str) -> Result<(), CapsError> {
    let below_root = |path: &str| path.strip_prefix(root).map(|below| below.trim_start_matches('/').to_owned());
    let is_in_participant = |path: &&str| below_root(path).is_some_and(|below| below.starts_with("sub-") && below.contains('/'));
    tree.paths().find(is_in_participant).map_or(Ok(()), |example| Err(looks_like_bids(root, example)))
}

/// Raw images lie in `sub-01/ses-M000/anat/` or `sub-01/anat/`.
fn check_loose(images: &[&str]) -> Result<(), CapsError> {
    let dataset_of = |path: &str| path.split("sub-").next().unwrap_or_default().to_owned();
    let example = images.iter().find(|path| is_raw(path));
    example.map_or(Ok(()), |example| Err(looks_like_bids(&dataset_of(example), example)))
}

fn is_raw(path: &str) -> bool {
    let mut folders = path.split('/').skip_while(|folder| !folder.starts_with("sub-")).skip(1);
    let first = folders.next().unwrap_or_default();
    let kind = if first.starts_with("ses-") { folders.next().unwrap_or_default() } else { first };
    // The file's own name is no folder.
    BIDS_FOLDERS.contains(&kind) && folders.next().is_some()
}

fn looks_like_bids(folder: &str, example: &str) -> CapsError {
    let folder = match folder.trim_end_matches('/') {
        "" => "what was given".to_owned(),
        folder => folder.to_owned(),
    };
    CapsError::LooksLikeBids { folder, example: example.to_owned() }
}

fn is_loose_image(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let is_mask = name.contains("roi-") && stem(&name).ends_with("_mask");
    format_of(path) != Some(ImageFormat::Elements) && !is_mask
}

/// `<root>/subjects/<participant>/<session>` of a path in it.
pub(super) fn session_folder(path: &str) -> Option<&str> {
    let (_, _, below_session) = split_caps_path(path)?;
    path.strip_suffix(below_session).map(|folder| folder.trim_end_matches('/'))
}

/// The format that a name promises.
pub(super) fn format_of(path: &str) -> Option<ImageFormat> {
    if nifti::is_nifti_name(path) {
        return Some(ImageFormat::Nifti);
    }
    let is_tensor = path.to_ascii_lowercase().ends_with(".pt");
    let is_element = path.split('/').any(|folder| ELEMENT_FOLDERS.contains(&folder)) || prepared::is_element_name(path);
    is_tensor.then_some(if is_element { ImageFormat::Elements } else { ImageFormat::Tensor })
}

/// Participant and session from a name such as `sub-01_ses-M000_T1w.nii.gz`.
pub(super) fn key_in_name(path: &str) -> Option<Key> {
    let mut components = stem(path).split('_');
    let participant = components.find(|component| component.starts_with("sub-"))?;
    let session = components.find(|component| component.starts_with("ses-")).unwrap_or_default();
    Some((participant.to_owned(), session.to_owned()))
}

/// The file's name without `.nii.gz`, `.nii` or `.pt`.
pub(super) fn stem(path: &str) -> &str {
    let name = file_name(path);
    let lower = name.to_ascii_lowercase();
    let ending = [".nii.gz", ".nii", ".pt"].into_iter().find(|ending| lower.ends_with(ending)).unwrap_or_default();
    name.get(..name.len() - ending.len()).unwrap_or(name)
}

/// Splits `<root>/subjects/<participant>/<session>/<below>`.
fn split_caps_path(path: &str) -> Option<(&str, Key, &str)> {
    let (root, below) = match path.strip_prefix("subjects/") {
        Some(below) => ("", below),
        None => path.split_once("/subjects/")?,
    };
    let mut parts = below.splitn(3, '/');
    let (participant, session, below_session) = (parts.next()?, parts.next()?, parts.next()?);
    let is_session = participant.starts_with("sub-") && session.starts_with("ses-");
    is_session.then(|| (root, (participant.to_owned(), session.to_owned()), below_session))
}

/// macOS leaves `._name` beside every file that it packs.
fn is_hidden(path: &str) -> bool {
    file_name(path).starts_with('.')
}
