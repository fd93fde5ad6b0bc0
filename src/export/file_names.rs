//! Names of exported files, as `clinicadl interpret` builds them.

/// Name of a map without its ending: `<participant>_<session>_image-0_map`. A loose file without session leaves that part out.
///
/// Identifiers that come from file names may hold anything; characters that some file system refuses become `-`.
pub fn map_stem(participant_id: &str, session_id: &str, mode: &str, element: usize) -> String {
    let element = format!("{mode}-{element}");
    let parts = [participant_id, session_id, &element, "map"];
    let parts = parts.into_iter().filter(|part| !part.is_empty()).map(sanitised);
    parts.collect::<Vec<_>>().join("_")
}

/// Name of a map as NIfTI: `<participant>_<session>_image-0_map.nii.gz`.
pub fn map_nifti(participant_id: &str, session_id: &str, mode: &str, element: usize) -> String {
    format!("{}.nii.gz", map_stem(participant_id, session_id, mode, element))
}

/// Name of a map as a tensor: `<participant>_<session>_image-0_map.pt`.
pub fn map_tensor(participant_id: &str, session_id: &str, mode: &str, element: usize) -> String {
    format!("{}.pt", map_stem(participant_id, session_id, mode, element))
}

/// Name of the record beside a map: `<participant>_<session>_image-0_map.json`.
pub fn map_record(participant_id: &str, session_id: &str, mode: &str, element: usize) -> String {
    format!("{}.json", map_stem(participant_id, session_id, mode, element))
}

/// A part of a file name without the characters that some file system refuses, which become `-`.
pub fn sanitised(part: &str) -> String {
    let is_safe = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_' | '.');
    part.chars().map(|character| if is_safe(character) { character } else { '-' }).collect()
}
