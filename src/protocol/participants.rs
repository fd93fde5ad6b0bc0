//! The participants of a study and one participant's image.

use serde::{Deserialize, Serialize};

use super::VolumeHeader;

/// One participant's visit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ParticipantKey {
    /// BIDS-like identifier, `sub-…`, or the file's name where there is none.
    pub participant_id: String,
    /// `ses-…`, or empty where there is none.
    pub session_id: String,
}

/// The participants the page lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParticipantList {
    /// Folder or archive name.
    pub name: String,
    /// One row for each session, in the order of the table.
    pub rows: Vec<ParticipantRow>,
    /// Warnings about the table and the images, one sentence each.
    pub warnings: Vec<String>,
}

/// One row of the participants table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParticipantRow {
    /// Participant and session.
    pub participant: ParticipantKey,
    /// Diagnosis from the table.
    pub diagnosis: Option<String>,
    /// Number of elements the network sees: 1 in image mode, 0 where the image is not there or does not fit.
    pub element_count: usize,
    /// Path of the image, or of its first prepared element, within what was opened.
    pub file: String,
}

/// A participant's image for display.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageReady {
    /// Whose image it is.
    pub participant: ParticipantKey,
    /// Grid of the image.
    pub header: VolumeHeader,
    /// Things the user should know, such as a missing affine.
    pub warnings: Vec<String>,
}
