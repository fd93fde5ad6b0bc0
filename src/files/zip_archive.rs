//! The members of a .zip. Of the archive only its directory is read; what is in it is read when it is asked for.

use std::rc::Rc;

use zip::{CompressionMethod, ZipArchive};

use super::archive::{Member, Members};
use super::zip_member::{Packing, ZipMember};
use super::{FileError, FileSource, Sparse, path};

const FORMAT: &str = "zip";

/// The files in a ZIP archive at `archive_path`.
///
/// # Errors
/// If the directory is broken, or if a member is encrypted, packed by an unknown method or would lie outside.
pub(super) async fn members(archive_path: &str, source: &Rc<dyn FileSource>) -> Result<Members, FileError> {
    let mut sparse = Sparse::new(source.len());
    sparse.complete((archive_path, source.as_ref()), |sparse| listed(archive_path, sparse, source)).await?
}

fn listed(archive_path: &str, sparse: &mut Sparse, source: &Rc<dyn FileSource>) -> Result<Members, FileError> {
    let archive = ZipArchive::new(sparse).map_err(|error| bad(archive_path, error.to_string()))?;
    let members = (0..archive.len()).filter_map(|index| member(archive_path, &archive, index, source).transpose());
    members.collect()
}

fn member(
    archive_path: &str,
    archive: &ZipArchive<&mut Sparse>,
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

pub(super) fn bad(path: &str, reason: String) -> FileError {
    FileError::BadArchive { path: path.to_owned(), format: FORMAT, reason }
}
