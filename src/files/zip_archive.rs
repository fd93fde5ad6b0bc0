//! The members of a .zip. Only the archive's directory is read; members are read on request.

use std::rc::Rc;

use zip::{CompressionMethod, ZipArchive};

use super::member::{Member, Members};
use super::zip_member::{Packing, ZipMember, bad};
use super::{FileError, FileSource, PartialFile, path};

/// The files in the ZIP archive at `archive_path`.
///
/// # Errors
/// If the directory is broken, or if a member is encrypted, compressed by an unknown method or would lie outside.
pub(super) async fn members(archive_path: &str, source: &Rc<dyn FileSource>) -> Result<Members, FileError> {
    let mut file = PartialFile::new(source.len());
    file.complete((archive_path, source.as_ref()), |file| list(archive_path, file, source)).await?
}

/// All members, from the directory.
fn list(archive_path: &str, file: &mut PartialFile, source: &Rc<dyn FileSource>) -> Result<Members, FileError> {
    let archive = ZipArchive::new(file).map_err(|error| bad(archive_path, error.to_string()))?;
    let members = (0..archive.len()).filter_map(|index| member(archive_path, &archive, index, source).transpose());
    members.collect()
}

/// The `index`-th entry of the directory; `None` for folders, links and files that operating systems add.
fn member(
    archive_path: &str,
    archive: &ZipArchive<&mut PartialFile>,
    index: usize,
    source: &Rc<dyn FileSource>,
) -> Result<Option<Member>, FileError> {
    let entry = archive.by_index_data(index).map_err(|error| bad(archive_path, error.to_string()))?;
    let raw_name = String::from_utf8_lossy(entry.name_raw()).into_owned();
    let name = entry.name().map_or(raw_name, std::borrow::Cow::into_owned);
    if entry.is_dir() || entry.is_symlink() {
        return Ok(None);
    }
    let Some(clean) = path::of_member(&name)? else { return Ok(None) };
    if entry.encrypted() {
        return Err(bad(archive_path, format!("{name} is encrypted")));
    }
    let packing = match entry.compression() {
        CompressionMethod::Stored => Packing::Stored,
        CompressionMethod::Deflated => Packing::Deflated,
        other => return Err(bad(archive_path, format!("{name} is packed by the method {other}, only deflate is read"))),
    };
    let path = format!("{archive_path}/{clean}");
    let sizes = [entry.size(), entry.compressed_size()];
    Ok(Some((clean, Rc::new(ZipMember::new(path, source.clone(), packing, sizes, (entry.header_start(), entry.crc32()))))))
}
