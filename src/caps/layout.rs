//! Finds the image files of a dataset, and the participant and session of each.

use std::collections::{BTreeMap, BTreeSet};

use super::file_stem::file_stem;
use super::image_entry::SessionKey;
use super::{CapsError, ImageFormat, prepared};
use crate::files::{FileTree, file_name, is_passed_over};
use crate::volume::nifti;

/// Folders of `deeplearning_prepare_data/` with elements, not images.
const ELEMENT_FOLDERS: [&str; 3] = ["patch_based", "roi_based", "slice_based"];

/// Folder of `deeplearning_prepare_data/` with images.
const IMAGE_FOLDER: &str = "image_based";

/// All images of a tree, before one is chosen for each session.
pub(super) enum FoundImages<'a> {
    /// A CAPS at `root`: every image file by participant and session. Images elsewhere, such as masks, are not listed, nor are
    /// those of the folders `others`, which look like a CAPS, too, but lie deeper: copies and backups.
    Caps { root: String, sessions: BTreeMap<SessionKey, Vec<SessionFile<'a>>>, others: Vec<String> },
    /// No CAPS: every image file, except for masks of regions and elements, which belong to images.
    Loose(Vec<&'a str>),
}

/// An image file of a session.
#[derive(Clone, Copy)]
pub(super) struct SessionFile<'a> {
    pub path: &'a str,
    /// The path below the session's folder.
    pub below_session: &'a str,
    pub format: ImageFormat,
}

/// Kinds of folders that BIDS has below its participants.
const BIDS_FOLDERS: [&str; 8] = ["anat", "pet", "dwi", "func", "fmap", "perf", "meg", "eeg"];

/// Finds all images of a tree.
///
/// # Errors
/// If participants' folders lie where a BIDS dataset has them.
pub(super) fn find_images(tree: &FileTree) -> Result<FoundImages<'_>, CapsError> {
    let images = image_paths(tree);
    let roots: BTreeSet<&str> = images.iter().filter_map(|path| Some(split_caps_path(path)?.0)).collect();
    let Some(depth) = roots.iter().map(|root| depth_of(root)).min() else { return loose_images(tree) };
    let (used, others): (Vec<&str>, Vec<&str>) = roots.into_iter().partition(|root| depth_of(root) == depth);
    let mut sessions: BTreeMap<SessionKey, Vec<SessionFile>> = BTreeMap::new();
    for path in images {
        if let (Some((root, key, below_session)), Some(format)) = (split_caps_path(path), format_of(path))
            && used.contains(&root)
        {
            sessions.entry(key).or_default().push(SessionFile { path, below_session, format });
        }
    }
    let root = used.first().copied().unwrap_or_default();
    check_top(tree, root)?;
    Ok(FoundImages::Caps { root: root.to_owned(), sessions, others: others.into_iter().map(str::to_owned).collect() })
}

/// All images of a tree as loose files.
///
/// # Errors
/// If they are the raw images of a BIDS dataset.
pub(super) fn loose_images(tree: &FileTree) -> Result<FoundImages<'_>, CapsError> {
    let images = image_paths(tree);
    check_loose(&images)?;
    Ok(FoundImages::Loose(images.into_iter().filter(|path| is_loose_image(path)).collect()))
}

fn image_paths(tree: &FileTree) -> Vec<&str> {
    let is_image = |path: &&str| format_of(path).is_some() && !is_passed_over(file_name(path)) && !is_second_of_pair(tree, path);
    tree.paths().filter(is_image).collect()
}

/// Number of folders in which a folder lies, itself included.
fn depth_of(folder: &str) -> usize {
    folder.split('/').filter(|component| !component.is_empty()).count()
}

/// Checks the top of a CAPS: ClinicaDL takes a folder with `sub-*` at its top for a BIDS dataset.
fn check_top(tree: &FileTree, root: &str) -> Result<(), CapsError> {
    let below_root = |path: &str| path.strip_prefix(root).map(|below| below.trim_start_matches('/').to_owned());
    let is_in_participant = |path: &&str| below_root(path).is_some_and(|below| below.starts_with("sub-") && below.contains('/'));
    tree.paths().find(is_in_participant).map_or(Ok(()), |example| Err(looks_like_bids(root, example)))
}

/// Checks that no loose image is a raw one of a BIDS dataset: those lie in `sub-01/ses-M000/anat/` or `sub-01/anat/`.
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
    let is_mask = name.contains("roi-") && file_stem(&name).ends_with("_mask");
    format_of(path) != Some(ImageFormat::Elements) && !is_mask
}

/// Whether a file holds the voxels of a pair whose header, which stands for both, is there, too.
fn is_second_of_pair(tree: &FileTree, path: &str) -> bool {
    let other = nifti::other_of_pair(path);
    other.is_some_and(|other| tree.contains(&other) && !nifti::is_pair_header_name(path))
}

/// The session's folder `<root>/subjects/<participant>/<session>` of a path in it; `None` for other paths.
pub(super) fn session_folder(path: &str) -> Option<&str> {
    let (_, _, below_session) = split_caps_path(path)?;
    path.strip_suffix(below_session).map(|folder| folder.trim_end_matches('/'))
}

/// The folder of a session in the CAPS that a path leads into; `None` for paths that lead past `subjects/`.
pub(super) fn session_folder_near(path: &str, participant_id: &str, session_id: &str) -> Option<String> {
    let mut components = path.split('/');
    let root: Vec<&str> = components.by_ref().take_while(|component| *component != "subjects").collect();
    let caps = [&root[..], &["subjects", participant_id, session_id]].concat().join("/");
    path.split('/').any(|component| component == "subjects").then_some(caps)
}

/// The format of an image by its path; `None` for other files.
pub(super) fn format_of(path: &str) -> Option<ImageFormat> {
    if nifti::is_nifti_name(path) {
        return Some(ImageFormat::Nifti);
    }
    if nifti::other_of_pair(path).is_some() {
        return Some(ImageFormat::NiftiPair);
    }
    let is_tensor = path.to_ascii_lowercase().ends_with(".pt");
    let is_in = |folders: &[&str]| path.split('/').any(|folder| folders.contains(&folder));
    // The folder counts before the name, in which words of the user's own may stand.
    let is_element = is_in(&ELEMENT_FOLDERS) || !is_in(&[IMAGE_FOLDER]) && prepared::is_element_name(path);
    is_tensor.then_some(if is_element { ImageFormat::Elements } else { ImageFormat::Tensor })
}

/// Participant and session from a name such as `sub-01_ses-M000_T1w.nii.gz`.
pub(super) fn key_in_name(path: &str) -> Option<SessionKey> {
    let mut components = file_stem(path).split('_');
    let participant = components.find(|component| component.starts_with("sub-"))?;
    let session = components.find(|component| component.starts_with("ses-")).unwrap_or_default();
    Some((participant.to_owned(), session.to_owned()))
}

/// Root, session and the rest of a path `<root>/subjects/<participant>/<session>/<rest>`; `None` for other paths. As in
/// ClinicaDL, participants need not be called `sub-…`, nor sessions `ses-…`.
fn split_caps_path(path: &str) -> Option<(&str, SessionKey, &str)> {
    let (root, below) = match path.strip_prefix("subjects/") {
        Some(below) => ("", below),
        None => path.split_once("/subjects/")?,
    };
    let mut parts = below.splitn(3, '/');
    let (participant, session, below_session) = (parts.next()?, parts.next()?, parts.next()?);
    Some((root, (participant.to_owned(), session.to_owned()), below_session))
}

impl FoundImages<'_> {
    /// Whether only the folder `subjects/` suggests a CAPS, as in datasets that people laid out themselves.
    pub fn is_doubtful(&self) -> bool {
        let is_named = |(participant, session): &SessionKey| participant.starts_with("sub-") && session.starts_with("ses-");
        matches!(self, Self::Caps { sessions, .. } if !sessions.keys().any(is_named))
    }
}
