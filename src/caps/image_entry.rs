//! One participant's image in a dataset: participant and session, path and format.

/// The image of one participant and session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageEntry {
    /// The participant's identifier, `sub-…`, or the file's name where there is none.
    pub participant_id: String,
    /// The session's identifier, `ses-…`, or empty where there is none.
    pub session_id: String,
    /// The diagnosis in the table of participants.
    pub diagnosis: Option<String>,
    /// Path of the image in the tree, or of one of its elements where there is no image.
    pub path: String,
    /// The format of the file.
    pub format: ImageFormat,
    /// Path of the NIfTI image beside a tensor, which gives the tensor's place; `None` for all other formats.
    pub nifti: Option<String>,
    /// Paths of all images that match equally well, if the choice is ambiguous. `path` is then the last by name.
    pub rivals: Vec<String>,
}

impl ImageEntry {
    /// Participant and session in words: `sub-01 ses-M000`.
    pub fn words(&self) -> String {
        words_of(&self.participant_id, &self.session_id)
    }
}

/// The formats of an image in a CAPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImageFormat {
    /// A NIfTI image, which has an affine.
    Nifti,
    /// A NIfTI image of two files, `.hdr` and `.img`; the path is the header's, if it is there.
    NiftiPair,
    /// A tensor that ClinicaDL extracted from a NIfTI image; it has no affine, but the NIfTI image beside it may have.
    Tensor,
    /// Elements that ClinicaDL extracted from an image that is not there: see [`ElementSource`](super::ElementSource).
    Elements,
}

/// Participant and session.
pub(super) type SessionKey = (String, String);

/// A session in words: `sub-01 ses-M000`.
pub(super) fn words((participant_id, session_id): &SessionKey) -> String {
    words_of(participant_id, session_id)
}

/// A session in words: `sub-01 ses-M000`, or one identifier where there is no other.
pub(super) fn words_of(participant_id: &str, session_id: &str) -> String {
    format!("{participant_id} {session_id}").trim_end().to_owned()
}
