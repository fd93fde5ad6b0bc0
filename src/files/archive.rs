//! Everything the user gave → one tree: plain files as they are, archives as the files in them.

use std::rc::Rc;

use super::memory::Allowance;
use super::{FileError, FileSource, FileTree, file_name, path, read_whole, tar_archive, zip_archive};

/// A file of an archive, with its clean path within it.
pub(super) type Member = (String, Rc<dyn FileSource>);
pub(super) type Members = Vec<Member>;

/// Puts uploads (paths as the browser gives them) into one tree.
///
/// A `.zip`, `.tar`, `.tar.gz` or `.tgz` is opened. Its members go beside it: under the one folder that all of them share,
/// else under a folder named after the archive. If a file is already there, the folder gets a number. Torch files are never
/// opened, `model.pth.tar` least of all, which is no tar archive. What macOS leaves behind is dropped, and so are links.
///
/// A `.tar.gz` is held in memory, unpacked. Of the others only the directory is read; their members are parts of them, and
/// what is compressed in a `.zip` is decompressed whenever it is read. Archives may have [`HELD_LIMIT`](super::HELD_LIMIT)
/// bytes in total, and so may what is in a `.tar.gz`.
///
/// # Errors
/// If an archive is broken or too large, or if a path leads out of the tree.
pub async fn open_uploads(uploads: Vec<(String, Rc<dyn FileSource>)>) -> Result<FileTree, FileError> {
    let mut tree = FileTree::default();
    let mut allowance = Allowance::default();
    for (upload, source) in uploads {
        let Some(upload) = path::of_upload(&upload)? else { continue };
        match kind_of(&upload, source.as_ref()).await? {
            Some(kind) => add_members(&mut tree, &upload, open(&upload, kind, &source, &mut allowance).await?),
            None => tree.insert(upload, source),
        }
    }
    Ok(tree)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Zip,
    Tar,
    TarGz,
}

/// Whether a file is to be opened: by its name, checked by its first bytes.
async fn kind_of(upload: &str, source: &dyn FileSource) -> Result<Option<Kind>, FileError> {
    let Some(kind) = kind_by_name(file_name(upload)) else { return Ok(None) };
    let head = source.read(0..source.len().min(512)).await?;
    let is_torch = head.starts_with(b"PK") || head.starts_with(b"\x80\x02\x8a");
    match kind {
        // Some people call their checkpoints `best.tar`.
        Kind::Tar if is_torch => Ok(None),
        Kind::Zip if !head.starts_with(b"PK") => Err(not_one(upload, "zip")),
        Kind::TarGz if !head.starts_with(b"\x1f\x8b") => Err(not_one(upload, "tar.gz")),
        _ => Ok(Some(kind)),
    }
}

fn kind_by_name(name: &str) -> Option<Kind> {
    let name = name.to_ascii_lowercase();
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
    match () {
        () if ends(&[".pth.tar", ".pt.tar", ".pt", ".pth"]) => None,
        () if ends(&[".zip"]) => Some(Kind::Zip),
        () if ends(&[".tar.gz", ".tgz"]) => Some(Kind::TarGz),
        () if ends(&[".tar"]) => Some(Kind::Tar),
        () => None,
    }
}

fn not_one(path: &str, format: &'static str) -> FileError {
    FileError::BadArchive { path: path.to_owned(), format, reason: "it does not begin like one".to_owned() }
}

async fn open(upload: &str, kind: Kind, source: &Rc<dyn FileSource>, allowance: &mut Allowance) -> Result<Members, FileError> {
    allowance.take(upload, source.len())?;
    match kind {
        Kind::Zip => zip_archive::members(upload, source).await,
        Kind::Tar => tar_archive::members(upload, source).await,
        Kind::TarGz => tar_archive::compressed_members(upload, &read_whole(upload, source.as_ref()).await?, allowance),
    }
}

fn add_members(tree: &mut FileTree, upload: &str, members: Members) {
    let (folder, name) = path::split(upload);
    let parent = if has_common_folder(&members) { folder.to_owned() } else { path::join(folder, stem(name)) };
    let free = |number: usize| {
        let placed = members.iter().map(|(member, source)| (numbered(&parent, folder, member, number), source.clone()));
        let placed: Members = placed.collect();
        placed.iter().all(|(path, _)| !tree.contains(path)).then_some(placed)
    };
    // At most as many numbers are taken as there are files.
    let placed = (1..=tree.len() + 1).find_map(free).unwrap_or_default();
    placed.into_iter().for_each(|(path, source)| tree.insert(path, source));
}

/// Where a member goes on the `number`-th attempt: the first component below `folder` gets the number.
fn numbered(parent: &str, folder: &str, member: &str, number: usize) -> String {
    let path = path::join(parent, member);
    if number == 1 {
        return path;
    }
    let below = path.strip_prefix(folder).unwrap_or(&path).trim_start_matches('/');
    let (top, rest) = below.split_once('/').unwrap_or((below, ""));
    path::join(folder, &path::join(&format!("{top} ({number})"), rest))
}

fn has_common_folder(members: &Members) -> bool {
    let mut tops = members.iter().map(|(path, _)| path.split_once('/').map(|(top, _)| top));
    let first = tops.next().flatten();
    first.is_some() && tops.all(|top| top == first)
}

fn stem(name: &str) -> &str {
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
        let check = |name: &str, expected: Option<Kind>| assert_eq!(kind_by_name(name), expected, "{name}");
        check("study.zip", Some(Kind::Zip));
        check("study.TAR.GZ", Some(Kind::TarGz));
        check("study.tgz", Some(Kind::TarGz));
        check("study.tar", Some(Kind::Tar));
        check("model.pth.tar", None);
        check("image.pt", None);
        check("scan.nii.gz", None);
    }

    #[test]
    fn the_folder_is_named_after_the_archive() {
        assert_eq!([stem("maps.tar.gz"), stem("maps.v1.ZIP"), stem(".zip"), stem("é.tgz")], ["maps", "maps.v1", "archive", "é"]);
    }
}
