//! Names of image files without their ending.

use crate::files::file_name;

/// The file's name in a path, without the ending `.nii.gz`, `.nii`, `.pt`, `.hdr` or `.img`.
pub(super) fn file_stem(path: &str) -> &str {
    let name = file_name(path);
    let lower = name.to_ascii_lowercase();
    let ending = [".nii.gz", ".nii", ".pt", ".hdr.gz", ".img.gz", ".hdr", ".img"]
        .into_iter()
        .find(|ending| lower.ends_with(ending))
        .unwrap_or_default();
    name.get(..name.len() - ending.len()).unwrap_or(name)
}
