//! The members of a .zip. Only the archive's directory is read; members are read on request.

use std::rc::Rc;

use zip::{CompressionMethod, ZipArchive};

use super::member::Members;
use super::memory::memory_file;
use super::unreadable_member::{MemberList, UnreadableMember};
use super::zip_member::{Packing, ZipMember, bad};
use super::{FileError, FileSource, PartialFile, path, stand_in};

/// Most bytes of a link's target that are read.
const MAX_TARGET: u64 = 1 << 12;

/// The files in the ZIP archive at `archive_path`.
///
/// # Errors
/// If the directory is broken, if no member can be read, or if one would lie outside.
pub(super) async fn members(archive_path: &str, source: &Rc<dyn FileSource>) -> Result<Members, FileError> {
    let mut file = PartialFile::new(source.len());
    let entries = file.complete((archive_path, source.as_ref()), |file| list(archive_path, file, source)).await??;
    let mut members = MemberList::default();
    for ZipEntry { name, content, is_link } in entries {
        match content {
            Err(unreadable) => members.add_unreadable(name, unreadable),
            Ok(member) if is_link => {
                // A link is dropped, but for one into git-annex, which stands for a file that the user expects.
                if let Some(target) = annex_target(&member).await {
                    members.add(name, target);
                }
            }
            Ok(member) => members.add(name, Rc::new(member)),
        }
    }
    members.finish()
}

/// The target of a link, as a file, if it is one of git-annex.
async fn annex_target(link: &ZipMember) -> Option<Rc<dyn FileSource>> {
    let target = link.read(0..link.len().min(MAX_TARGET)).await.ok()?;
    stand_in(&target).filter(|_| !target.is_empty()).map(|_| memory_file(target))
}

/// An entry of the directory.
struct ZipEntry {
    /// Clean path within the archive.
    name: String,
    content: Result<ZipMember, UnreadableMember>,
    is_link: bool,
}

/// All entries of the directory but folders and what operating systems add.
fn list(archive_path: &str, file: &mut PartialFile, source: &Rc<dyn FileSource>) -> Result<Vec<ZipEntry>, FileError> {
    let archive = ZipArchive::new(file).map_err(|error| bad(archive_path, error.to_string()))?;
    let entries = (0..archive.len()).filter_map(|index| entry(archive_path, &archive, index, source).transpose());
    entries.collect()
}

/// The `index`-th entry of the directory; `None` for folders and files that operating systems add.
fn entry(
    archive_path: &str,
    archive: &ZipArchive<&mut PartialFile>,
    index: usize,
    source: &Rc<dyn FileSource>,
) -> Result<Option<ZipEntry>, FileError> {
    let entry = archive.by_index_data(index).map_err(|error| bad(archive_path, error.to_string()))?;
    let raw_name = String::from_utf8_lossy(entry.name_raw()).into_owned();
    let name = entry.name().map_or(raw_name, std::borrow::Cow::into_owned);
    if entry.is_dir() {
        return Ok(None);
    }
    let Some(name) = path::of_member(&name)? else { return Ok(None) };
    let path = format!("{archive_path}/{name}");
    let sizes = [entry.size(), entry.compressed_size()];
    let readable = |packing| ZipMember::new(path.clone(), source.clone(), packing, sizes, (entry.header_start(), entry.crc32()));
    let unreadable = |reason| UnreadableMember::new(path.clone(), entry.size(), reason);
    let content = match entry.compression() {
        _ if entry.encrypted() => Err(unreadable("encrypted".to_owned())),
        CompressionMethod::Stored => Ok(readable(Packing::Stored)),
        CompressionMethod::Deflated => Ok(readable(Packing::Deflated)),
        other => Err(unreadable(format!("packed by the method {other}, and only deflate is read"))),
    };
    Ok(Some(ZipEntry { name, content, is_link: entry.is_symlink() }))
}
