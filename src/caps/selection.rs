//! One image per participant and session, chosen as ClinicaDL finds it: the model's glob first, the NIfTI before its tensor.

use std::collections::{BTreeMap, BTreeSet};

use super::glob::Glob;
use super::layout::{self, SessionFile};
use super::runs::Choice;
use super::{CapsError, ImageFormat, Key, Warning, prepared, words};
use crate::files::{FileTree, file_name};

/// Nothing smaller is a NIfTI: the header alone, gzipped, takes more. ClinicaDL generates one-byte stand-ins beside tensors.
const SMALLEST_NIFTI: u64 = 64;

/// The chosen file.
pub(super) struct Image {
    pub path: String,
    pub format: ImageFormat,
    /// All files that match alike, where nothing tells which is meant.
    pub rivals: Vec<String>,
}

impl Image {
    fn only(file: SessionFile) -> Self {
        Image { path: file.path.to_owned(), format: file.format, rivals: Vec::new() }
    }
}

/// Chooses among each session's files.
pub(super) fn of_sessions(
    tree: &FileTree,
    sessions: &BTreeMap<Key, Vec<SessionFile>>,
    pattern: Option<&str>,
    warnings: &mut Vec<Warning>,
) -> Result<BTreeMap<Key, Image>, CapsError> {
    let is_real = |file: &&SessionFile| file.format != ImageFormat::Nifti || tree.size_of(file.path) >= Some(SMALLEST_NIFTI);
    let (mut runs, mut ambiguous) = (Vec::new(), Vec::new());
    let mut unmatched = Vec::new();
    let mut images = BTreeMap::new();
    for (key, files) in sessions {
        let files: Vec<SessionFile> = files.iter().filter(is_real).copied().collect();
        let candidates = preferred(&matching(&files, pattern));
        let Some(choice) = Choice::of(&candidates) else {
            unmatched.push(words(key));
            continue;
        };
        let mut image = Image::only(choice.file());
        match choice {
            Choice::Only(_) => {}
            Choice::HighestRun(file) => runs.push(format!("{} ({})", words(key), file_name(file.path))),
            Choice::Undecided(_) => {
                image.rivals = candidates.iter().map(|file| file.path.to_owned()).collect();
                ambiguous.push(format!("{} ({})", words(key), image.rivals.join(", ")));
            }
        }
        images.insert(key.clone(), image);
    }
    if images.is_empty() {
        return Err(no_match(sessions, pattern));
    }
    if !unmatched.is_empty() {
        warnings.push(Warning::SessionsWithoutMatch { pattern: pattern.unwrap_or_default().to_owned(), sessions: unmatched });
    }
    if !runs.is_empty() {
        warnings.push(Warning::HighestRunTaken { sessions: runs });
    }
    if !ambiguous.is_empty() {
        warnings.push(Warning::AmbiguousImages { sessions: ambiguous });
    }
    Ok(images)
}

/// Keys loose files by the identifiers in their names where that is unambiguous, else by the names themselves.
pub(super) fn of_loose_files(paths: &[&str], pattern: Option<&str>, warnings: &mut Vec<Warning>) -> BTreeMap<Key, Image> {
    let mut groups: BTreeMap<Key, Vec<SessionFile>> = BTreeMap::new();
    for &path in paths {
        let key = layout::key_in_name(path).unwrap_or_else(|| named_by_file(path));
        if let Some(format) = layout::format_of(path) {
            groups.entry(key).or_default().push(SessionFile { path, below_session: file_name(path), format });
        }
    }
    let mut images = BTreeMap::new();
    let mut shared = Vec::new();
    for (key, files) in groups {
        let matching = matching(&files, pattern);
        let candidates = preferred(if matching.is_empty() { &files } else { &matching });
        if let [only] = candidates.as_slice() {
            images.insert(key, Image::only(*only));
            continue;
        }
        shared.push(words(&key));
        for file in candidates {
            let named = Some(named_by_file(file.path)).filter(|key| !images.contains_key(key));
            let key = named.unwrap_or_else(|| (file.path.to_owned(), String::new()));
            images.insert(key, Image::only(file));
        }
    }
    if !shared.is_empty() {
        warnings.push(Warning::LooseFilesShareName { sessions: shared });
    }
    images
}

fn named_by_file(path: &str) -> Key {
    (layout::stem(path).to_owned(), String::new())
}

/// The files that the glob, or its tensor's name, matches; all files where there is no glob.
fn matching<'a>(files: &[SessionFile<'a>], pattern: Option<&str>) -> Vec<SessionFile<'a>> {
    let Some(pattern) = pattern else { return files.to_vec() };
    let nifti = Glob::new(pattern);
    // Tensors lie below deeplearning_prepare_data/, so only the name of their NIfTI counts.
    let tensor = Glob::new(&file_name(pattern).replace(".nii.gz", ".pt"));
    let matches = |file: &&SessionFile| match file.format {
        ImageFormat::Nifti => nifti.matches_end_of(file.below_session),
        ImageFormat::Tensor => tensor.matches_end_of(file.below_session),
        ImageFormat::Elements => prepared::image_stems(file.path).iter().any(|stem| tensor.matches_end_of(&format!("{stem}.pt"))),
    };
    files.iter().filter(matches).copied().collect()
}

/// NIfTI if there are any: they carry the affine. Then tensors; then elements, one of those of each image.
fn preferred<'a>(files: &[SessionFile<'a>]) -> Vec<SessionFile<'a>> {
    let Some(best) = files.iter().map(|file| file.format).min() else { return Vec::new() };
    let mut preferred: Vec<SessionFile> = files.iter().filter(|file| file.format == best).copied().collect();
    if best == ImageFormat::Elements {
        let mut images = BTreeSet::new();
        preferred.retain(|file| images.insert(prepared::image_stems(file.path).pop()));
    }
    preferred
}

fn no_match(sessions: &BTreeMap<Key, Vec<SessionFile>>, pattern: Option<&str>) -> CapsError {
    let files: Vec<&SessionFile> = sessions.values().flatten().collect();
    CapsError::NoMatchingImage {
        pattern: pattern.unwrap_or("*.nii.gz").to_owned(),
        n_images: files.len(),
        example: files.first().map(|file| file.path.to_owned()).unwrap_or_default(),
    }
}
