//! The part of a CAPS on the disk that a run reads: the folders of its sessions, and the masks.
//!
//! A CAPS lies on a disk with all that people and systems put there, and holds many more sessions than a run is about; as
//! ClinicaDL does, nothing else is looked at.

use std::path::Path;

use super::walk::{Walk, list_folder};
use crate::files::{FileError, FileTree};

/// Participant and session.
pub(super) type SessionKey = (String, String);

/// Whether the masks of regions are those of the CAPS itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Masks {
    /// They are.
    Own,
    /// They come from the CAPS of another cohort.
    OfFirstCohort,
}

/// The files of these sessions, and the masks where they are the CAPS' own. A folder without `subjects/` is read whole: images
/// may lie in it one by one, or a CAPS further down.
///
/// # Errors
/// If there is no such folder.
pub(super) fn caps_tree(folder: &Path, sessions: &[SessionKey], masks: Masks) -> Result<FileTree, FileError> {
    let mut walk = Walk::of(folder, list_folder)?;
    if !folder.join("subjects").is_dir() {
        walk.add_everything()?;
        return Ok(walk.into_tree());
    }
    for (participant, session) in sessions {
        if is_name(participant) && is_name(session) {
            walk.add_below(&["subjects", participant, session]);
        }
    }
    // Folders of a BIDS dataset are refused by name.
    walk.add_top(|name, path| name.starts_with("sub-") && path.is_dir());
    if masks == Masks::Own {
        add_masks(&mut walk);
    }
    Ok(walk.into_tree())
}

/// The masks of a CAPS.
///
/// # Errors
/// If there is no such folder.
pub(super) fn masks_tree(folder: &Path) -> Result<FileTree, FileError> {
    let mut walk = Walk::of(folder, list_folder)?;
    add_masks(&mut walk);
    Ok(walk.into_tree())
}

/// Adds `masks/`, and masks that lie at the top by themselves.
fn add_masks(walk: &mut Walk) {
    walk.add_below(&["masks"]);
    walk.add_top(|name, path| name.contains("_mask.nii") && path.is_file());
}

/// Whether a text of a table names a folder, and does not lead elsewhere.
fn is_name(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && !text.contains(['/', '\\', '\0'])
}
