//! Everything that the user gave → one tree: plain files as they are, archives as the files in them.

use std::rc::Rc;

use super::archive_kind::{ArchiveFormat, ArchiveKind};
use super::member::Members;
use super::memory::Allowance;
use super::{FileError, FileSource, FileTree, archive_kind, file_name, path, read_whole, stand_in, tar_archive, zip_archive};

/// Puts uploads (paths as the browser gives them) into one tree.
///
/// A `.zip`, `.tar`, `.tar.gz` or `.tgz` is opened. Its members go beside it: under the one folder that all of them share,
/// else under a folder named after the archive. If a file is already there, the folder gets a number. Torch files are never
/// opened, not even `model.pth.tar`, which is no tar archive despite its name. Links and files that macOS adds are dropped. A member
/// that cannot be read, because it is encrypted for example, gives its error when it is read.
///
/// A `.tar.gz` is unpacked into memory. Of the others only the directory is read; their members are ranges of the archive,
/// and a compressed member of a `.zip` is decompressed whenever it is read. Archives may have
/// [`MEMORY_LIMIT`](super::MEMORY_LIMIT) bytes in total, and so may the members of `.tar.gz` archives.
///
/// # Errors
/// If an archive is broken, too large or of a packing that is not read, if no member can be read, or if a path leads out of the tree.
/// Broken archives and those of other packings are left packed where they lie in a folder that was given.
pub async fn open_uploads(uploads: Vec<(String, Rc<dyn FileSource>)>) -> Result<FileTree, FileError> {
    let mut tree = FileTree::default();
    let mut allowance = Allowance::default();
    for (upload, source) in uploads {
        let Some(upload) = path::of_upload(&upload)? else { continue };
        match members_of(&upload, &source, &mut allowance).await {
            Ok(Some(members)) => add_members(&mut tree, &upload, members),
            Ok(None) => tree.insert(upload, source),
            // Within a folder an archive is only one of its files, and the others count.
            Err(error) if upload.contains('/') && error.is_about_packing() => tree.insert(upload, source),
            Err(error) => return Err(error),
        }
    }
    Ok(tree)
}

/// The format of an archive by its name and its first bytes, which count more; `None` for files that are not opened.
async fn format_of(upload: &str, source: &dyn FileSource) -> Result<Option<ArchiveFormat>, FileError> {
    let Some(named) = archive_kind::by_name(file_name(upload)) else { return Ok(None) };
    let head = source.read(0..source.len().min(512)).await?;
    let is_torch = head.starts_with(b"PK") || head.starts_with(b"\x80\x02\x8a");
    match (named, archive_kind::by_content(&head)) {
        // Some people call their checkpoints `best.tar`.
        (ArchiveKind::Opened(ArchiveFormat::Tar), _) if is_torch => Ok(None),
        (ArchiveKind::Opened(_), Some(ArchiveKind::Opened(format))) => Ok(Some(format)),
        (_, Some(ArchiveKind::Unread(packing))) => Err(FileError::UnreadPacking { path: upload.to_owned(), packing }),
        (ArchiveKind::Opened(format), None) => match (stand_in(&head), format) {
            (Some(found), _) => Err(FileError::bad_archive(upload, name_of(format), format!("it is {found}"))),
            // The oldest tar archives have no mark.
            (None, ArchiveFormat::Tar) => Ok(Some(format)),
            (None, _) => Err(FileError::bad_archive(upload, name_of(format), "it does not begin like one")),
        },
        (ArchiveKind::Unread(packing), _) => Err(FileError::UnreadPacking { path: upload.to_owned(), packing }),
    }
}

fn name_of(format: ArchiveFormat) -> &'static str {
    match format {
        ArchiveFormat::Zip => "zip",
        ArchiveFormat::Tar => "tar",
        ArchiveFormat::TarGz => "tar.gz",
    }
}

/// The members of an upload that is an archive; `None` for other files.
async fn members_of(upload: &str, source: &Rc<dyn FileSource>, allowance: &mut Allowance) -> Result<Option<Members>, FileError> {
    let Some(format) = format_of(upload, source.as_ref()).await? else { return Ok(None) };
    let members = open(upload, format, source, allowance).await?;
    match archive_without_files(&members) {
        Some(inner) => Err(FileError::ArchiveInArchive { path: upload.to_owned(), inner: inner.to_owned() }),
        None => Ok(Some(members)),
    }
}

/// The first archive among members of which none is a file of a study.
fn archive_without_files(members: &Members) -> Option<&str> {
    const STUDY: [&str; 11] = [".json", ".tsv", ".csv", ".nii", ".nii.gz", ".hdr", ".img", ".pt", ".pth", ".pth.tar", ".pt.tar"];
    let is_of_study = |path: &str| STUDY.iter().any(|ending| path.to_ascii_lowercase().ends_with(ending));
    let mut archives = members.iter().map(|(path, _)| path.as_str()).filter(|path| archive_kind::by_name(file_name(path)).is_some());
    archives.next().filter(|_| !members.iter().any(|(path, _)| is_of_study(path)))
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
    let parent = if has_common_folder(&members) { folder.to_owned() } else { path::join(folder, archive_kind::stem(name)) };
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
