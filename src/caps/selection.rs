//! Chooses one image per participant and session, as ClinicaDL does: by the model's glob, and a NIfTI image before its tensor.

use std::collections::{BTreeMap, BTreeSet};

use super::file_stem::file_stem;
use super::glob::Glob;
use super::image_entry::{SessionKey, words};
use super::layout::{self, FoundImages, SessionFile};
use super::runs::Choice;
use super::{CapsError, ImageFormat, Warning, pairing, prepared};
use crate::files::{FileTree, file_name};

/// Smallest size of a NIfTI file in bytes: a gzipped header alone is larger. ClinicaDL generates one-byte placeholders
/// beside tensors.
const SMALLEST_NIFTI: u64 = 64;

/// The image that was chosen for a session.
pub(super) struct ChosenImage {
    pub path: String,
    pub format: ImageFormat,
    /// Path of the NIfTI image beside a tensor.
    pub nifti: Option<String>,
    /// Paths of all files that match equally well, if the choice is ambiguous.
    pub rivals: Vec<String>,
}

impl ChosenImage {
    /// The image of the only file that matches, or of its tensor.
    fn only(file: SessionFile, tensor: Option<SessionFile>) -> Self {
        let nifti = tensor.map(|_| file.path.to_owned());
        let file = tensor.unwrap_or(file);
        ChosenImage { path: file.path.to_owned(), format: file.format, nifti, rivals: Vec::new() }
    }
}

/// Chooses one of each session's files. Sessions that are left out and ambiguous choices are added to `warnings`.
///
/// # Errors
/// If no file of any session matches `pattern`.
pub(super) fn of_sessions(
    tree: &FileTree,
    sessions: &BTreeMap<SessionKey, Vec<SessionFile>>,
    pattern: Option<&str>,
    warnings: &mut Vec<Warning>,
) -> Result<BTreeMap<SessionKey, ChosenImage>, CapsError> {
    let is_real = |file: &SessionFile| file.format != ImageFormat::Nifti || tree.size_of(file.path) >= Some(SMALLEST_NIFTI);
    let (mut runs, mut ambiguous) = (Vec::new(), Vec::new());
    let mut unmatched = Vec::new();
    let mut images = BTreeMap::new();
    for (key, files) in sessions {
        let is_usable = |file: &&SessionFile| is_real(file) || pairing::prepared_tensor(file, files).is_some();
        let files: Vec<SessionFile> = files.iter().filter(is_usable).copied().collect();
        let candidates = distinct(tree, preferred(&matching(&files, pattern)));
        let Some(choice) = Choice::of(&candidates) else {
            unmatched.push(words(key));
            continue;
        };
        let mut image = ChosenImage::only(choice.file(), pairing::prepared_tensor(&choice.file(), &files));
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

/// Whether any file of any session matches `pattern`; true where there are no sessions.
pub(super) fn any_matches(found: &FoundImages, pattern: Option<&str>) -> bool {
    match found {
        FoundImages::Caps { sessions, .. } => sessions.values().any(|files| !matching(files, pattern).is_empty()),
        FoundImages::Loose(_) => true,
    }
}

/// The loose files by the identifiers in their names where these are unique, otherwise by the names themselves.
pub(super) fn of_loose_files(paths: &[&str], pattern: Option<&str>, warnings: &mut Vec<Warning>) -> BTreeMap<SessionKey, ChosenImage> {
    let mut groups: BTreeMap<SessionKey, Vec<SessionFile>> = BTreeMap::new();
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
            images.insert(key, ChosenImage::only(*only, pairing::loose_tensor(only, &files)));
            continue;
        }
        shared.push(words(&key));
        for file in candidates {
            let named = Some(named_by_file(file.path)).filter(|key| !images.contains_key(key));
            let key = named.unwrap_or_else(|| (file.path.to_owned(), String::new()));
            images.insert(key, ChosenImage::only(file, pairing::loose_tensor(&file, &files)));
        }
    }
    if !shared.is_empty() {
        warnings.push(Warning::LooseFilesShareName { sessions: shared });
    }
    images
}

fn named_by_file(path: &str) -> SessionKey {
    (file_stem(path).to_owned(), String::new())
}

/// The files that the glob, or its tensor's name, matches; all files where there is no glob.
fn matching<'a>(files: &[SessionFile<'a>], pattern: Option<&str>) -> Vec<SessionFile<'a>> {
    let Some(pattern) = pattern else { return files.to_vec() };
    let nifti = Glob::new(pattern);
    // A pair stands for the single file that the model was trained on, unless the model names one of the two.
    let pair = ["", ".hdr", ".img"].map(|ending| Glob::new(&pattern.replace(".nii.gz", ending)));
    // Tensors lie below deeplearning_prepare_data/, so only the name of their NIfTI counts.
    let tensor = Glob::new(&file_name(pattern).replace(".nii.gz", ".pt"));
    let matches = |file: &&SessionFile| match file.format {
        ImageFormat::Nifti => nifti.matches_end_of(file.below_session),
        ImageFormat::NiftiPair => pair.iter().any(|pair| pair.matches_end_of(file.below_session)),
        ImageFormat::Tensor => tensor.matches_end_of(file.below_session),
        ImageFormat::Elements => prepared::image_stems(file.path).iter().any(|stem| tensor.matches_end_of(&format!("{stem}.pt"))),
    };
    files.iter().filter(matches).copied().collect()
}

/// The files of the best format: NIfTI images, which have an affine, before tensors, and these before elements, of which one
/// for each image is kept.
fn preferred<'a>(files: &[SessionFile<'a>]) -> Vec<SessionFile<'a>> {
    let Some(best) = files.iter().map(|file| file.format).min() else { return Vec::new() };
    let mut preferred: Vec<SessionFile> = files.iter().filter(|file| file.format == best).copied().collect();
    if best == ImageFormat::Elements {
        let mut images = BTreeSet::new();
        preferred.retain(|file| images.insert(prepared::image_stems(file.path).pop()));
    }
    preferred
}

/// The files without those that are links to one before them.
fn distinct<'a>(tree: &FileTree, files: Vec<SessionFile<'a>>) -> Vec<SessionFile<'a>> {
    if files.len() < 2 {
        return files;
    }
    let mut places = BTreeSet::new();
    let place_of = |file: &SessionFile| tree.source(file.path).ok().and_then(|source| source.place());
    files.into_iter().filter(|file| place_of(file).is_none_or(|place| places.insert(place))).collect()
}

fn no_match(sessions: &BTreeMap<SessionKey, Vec<SessionFile>>, pattern: Option<&str>) -> CapsError {
    let files: Vec<&SessionFile> = sessions.values().flatten().collect();
    CapsError::NoMatchingImage {
        pattern: pattern.unwrap_or("*.nii.gz").to_owned(),
        n_images: files.len(),
        example: files.first().map(|file| file.path.to_owned()).unwrap_or_default(),
    }
}
