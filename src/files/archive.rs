//! Everything that the user gave → one tree: plain files as they are, archives as the files in them.

use std::rc::Rc;

use super::member::Members;
use super::memory::Allowance;
use super::{FileError, FileSource, FileTree, file_name, path, read_whole, tar_archive, zip_archive};

/// Puts uploads (paths as the browser gives them) into one tree.
///
/// A `.zip`, `.tar`, `.tar.gz` or `.tgz` is opened. Its members go beside it: under the one folder that all of them share,
/// else under a folder named after the archive. If a file is already there, the folder gets a number. Torch files are never
/// opened, not even `model.pth.tar`, which is no tar archive despite its name. Links and files that macOS adds are dropped.
///
/// A `.tar.gz` is unpacked into memory. Of the others only the directory is read; their members are ranges of the archive,
/// and a compressed member of a `.zip` is decompressed whenever it is read. Archives may have
/// [`MEMORY_LIMIT`](super::MEMORY_LIMIT) bytes in total, and so may the members of `.tar.gz` archives.
///
/// # Errors
/// If an archive is broken or too large, or if a path leads out of the tree.
pub async fn open_uploads(uploads: Vec<(String, Rc<dyn FileSource>)>) -> Result<FileTree, FileError> {
    let mut tree = FileTree::default();
    let mut allowance = Allowance::default();
    for (upload, source) in uploads {
        let Some(upload) = path::of_upload(&upload)? else { continue };
        match format_of(&upload, source.as_ref()).await? {
            Some(format) => add_members(&mut tree, &upload, open(&upload, format, &source, &mut allowance).await?),
            None => tree.insert(upload, source),
        }
    }
    Ok(tree)
}

/// The formats of archives that are opened.
#[derive(Debug, Clone, Copy, PartialEq)]
enum ArchiveFormat {
    Zip,
    Tar,
    TarGz,
}

/// The format of an archive by its name, checked by its first bytes; `None` for files that are not opened.
async fn format_of(upload: &str, source: &dyn FileSource) -> Result<Option<ArchiveFormat>, FileError> {
    let Some(format) = format_by_name(file_name(upload)) else { return Ok(None) };
    let head = source.read(0..source.len().min(512)).await?;
    let is_torch = head.starts_with(b"PK") || head.starts_with(b"\x80\x02\x8a");
    match format {
        // Some people call their checkpoints `best.tar`.
        ArchiveFormat::Tar if is_torch => Ok(None),
        ArchiveFormat::Zip if !head.starts_with(b"PK") => Err(other_content(upload, "zip")),
        ArchiveFormat::TarGz if !head.starts_with(b"\x1f\x8b") => Err(other_content(upload, "tar.gz")),
        _ => Ok(Some(format)),
    }
}

/// The format by the ending of a name, whatever its letter case.
fn format_by_name(name: &str) -> Option<ArchiveFormat> {
    let name = name.to_ascii_lowercase();
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
    match () {
        () if ends(&[".pth.tar", ".pt.tar", ".pt", ".pth"]) => None,
        () if ends(&[".zip"]) => Some(ArchiveFormat::Zip),
        () if ends(&[".tar.gz", ".tgz"]) => Some(ArchiveFormat::TarGz),
        () if ends(&[".tar"]) => Some(ArchiveFormat::Tar),
        () => None,
    }
}

/// The error of a file whose first bytes contradict its name.
fn other_content(path: &str, format: &'static str) -> FileError {
    FileError::bad_archive(path, format, "it does not begin like one")
}

async fn open(upload: &str, format: ArchiveFormat, source: &Rc<dyn FileSource>, allowance: &mut Allowance) -> Result<Members, FileError> {
    allowance.take(upload, source.len())?;
    match format {
        ArchiveFormat::Zip => zip_archive::members(upload, source).await,
        ArchiveFormat::Tar => tar_archive::members(upload, source).await,
        ArchiveFormat::TarGz => tar_archive::compressed_members(upload, &read_whole(upload, source.as_ref()).await?, allowance),
    }
}

/// Puts members beside the archive that they are of, in a folder that no other file is in.
fn add_members(tree: &mut FileTree, upload: &str, members: Members) {
    let (folder, name) = path::split(upload);
    let parent = if has_common_folder(&members) { folder.to_owned() } else { path::join(folder, archive_stem(name)) };
    let free = |number: usize| {
        let placed = members.iter().map(|(member, source)| (numbered(&parent, folder, member, number), source.clone()));
        let placed: Members = placed.collect();
        placed.iter().all(|(path, _)| !tree.contains(path)).then_some(placed)
    };
    // A number can only be taken by a file, so one more than there are files is always free.
    let placed = (1..=tree.len() + 1).find_map(free).unwrap_or_default();
    placed.into_iter().for_each(|(path, source)| tree.insert(path, source));
}

/// Path of a member on the `number`-th attempt: from the second on, the first component below `folder` gets the number.
fn numbered(parent: &str, folder: &str, member: &str, number: usize) -> String {
    let path = path::join(parent, member);
    if number == 1 {
        return path;
    }
    let below = path.strip_prefix(folder).unwrap_or(&path).trim_start_matches('/');
    let (top, rest) = below.split_once('/').unwrap_or((below, ""));
    path::join(folder, &path::join(&format!("{top} ({number})"), rest))
}

/// Whether all members lie in one folder.
fn has_common_folder(members: &Members) -> bool {
    let mut tops = members.iter().map(|(path, _)| path.split_once('/').map(|(top, _)| top));
    let first = tops.next().flatten();
    first.is_some() && tops.all(|top| top == first)
}

/// Name of an archive without its ending, `archive` where nothing else is left.
fn archive_stem(name: &str) -> &str {
    let name = [".zip", ".tar.gz", ".tgz", ".tar"].iter().find_map(|suffix| {
        let at = name.len().checked_sub(suffix.len())?;
        name.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(suffix)).then(|| name.get(..at))?
    });
    name.filter(|stem| !stem.is_empty()).unwrap_or("archive")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_archives_are_opened() {
        let check = |name: &str, expected: Option<ArchiveFormat>| assert_eq!(format_by_name(name), expected, "{name}");
        check("study.zip", Some(ArchiveFormat::Zip));
        check("study.TAR.GZ", Some(ArchiveFormat::TarGz));
        check("study.tgz", Some(ArchiveFormat::TarGz));
        check("study.tar", Some(ArchiveFormat::Tar));
        check("model.pth.tar", None);
        check("image.pt", None);
        check("scan.nii.gz", None);
    }

    #[test]
    fn the_folder_is_named_after_the_archive() {
        assert_eq!(["maps.tar.gz", "maps.v1.ZIP", ".zip", "é.tgz"].map(archive_stem), ["maps", "maps.v1", "archive", "é"]);
    }
}
