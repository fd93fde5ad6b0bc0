//! Which files are images, and whose.

use std::collections::BTreeMap;

use super::{ImageFormat, Key};
use crate::files::{FileTree, file_name};
use crate::volume::nifti;

/// Folders of `deeplearning_prepare_data/` that hold elements, not images.
const ELEMENT_FOLDERS: [&str; 3] = ["patch_based", "roi_based", "slice_based"];

/// The images of a tree, before any choice between them.
pub(super) enum Found<'a> {
    /// A CAPS: every image file by participant and session. Images elsewhere, such as masks, are none of its business.
    Caps { root: String, sessions: BTreeMap<Key, Vec<SessionFile<'a>>> },
    /// No CAPS: every image file.
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

pub(super) fn find_images(tree: &FileTree) -> Found<'_> {
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
        Some(root) => Found::Caps { root: root.to_owned(), sessions },
        None => Found::Loose(images),
    }
}

/// The format that a name promises; elements cut out of images do not count.
pub(super) fn format_of(path: &str) -> Option<ImageFormat> {
    if nifti::is_nifti_name(path) {
        return Some(ImageFormat::Nifti);
    }
    let is_element = path.split('/').any(|folder| ELEMENT_FOLDERS.contains(&folder));
    (path.to_ascii_lowercase().ends_with(".pt") && !is_element).then_some(ImageFormat::Tensor)
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
