//! The ZIP container of torch ≥ 1.6: one folder of any name with `data.pkl`, `byteorder` and `data/<storage key>`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use zip::{CompressionMethod, ZipArchive};

use super::pickle::{self, MAX_PICKLE_BYTES, StorageRef};
use super::{Flaw, Value};
use crate::files::{FileSource, PartialFile};

/// Bytes of an entry's own header, which give the position of its data.
const ENTRY_HEADER: u64 = 30;

/// Most entries whose headers are fetched one by one; a checkpoint has a few hundred tensors.
const MAX_ENTRIES: usize = 1 << 12;

/// The bytes of each entry in the file, by the entry's name.
type Entries = BTreeMap<String, Range<u64>>;

/// Reads the object in a ZIP container, without the values of its tensors. Checksums are not verified, as in torch.
///
/// # Errors
/// If the ZIP directory, the pickle or a storage is damaged, or the file cannot be read.
pub(super) async fn read(file_name: &str, file: &Rc<dyn FileSource>) -> Result<Value, Flaw> {
    let entries = find_entries(file_name, file.as_ref()).await?;
    let top = top_folder(&entries)?;
    let entry = |name: &str| entries.get(&format!("{top}{name}")).cloned();

    let little_endian = match entry("byteorder") {
        Some(range) => byte_order(&entry_head(file.as_ref(), range, BYTE_ORDER_SHOWN + 1).await?)?,
        // Files before torch 2.1 are little-endian.
        None => true,
    };
    let pickle = entry("data.pkl").ok_or_else(|| Flaw::MissingEntry { entry: format!("{top}data.pkl") })?;
    let pickle = entry_head(file.as_ref(), pickle, MAX_PICKLE_BYTES as u64).await?;
    let mut resolve = |wanted: StorageRef<'_>| {
        let name = format!("data/{}", wanted.key);
        let range = entry(&name).ok_or_else(|| Flaw::MissingEntry { entry: format!("{top}{name}") })?;
        wanted.storage_at(file, &range, little_endian)
    };
    Ok(pickle::load(&pickle, &mut resolve)?.value)
}

/// The first bytes of an entry, at most `limit`.
async fn entry_head(file: &dyn FileSource, entry: Range<u64>, limit: u64) -> Result<Vec<u8>, Flaw> {
    Ok(file.read(entry.start..entry.end.min(entry.start + limit)).await?)
}

/// Reads the directory at the end of the file and the header of every entry.
async fn find_entries(file_name: &str, file: &dyn FileSource) -> Result<Entries, Flaw> {
    let mut partial = PartialFile::new(file.len());
    let headers = partial.complete((file_name, file), headers).await?;
    for start in headers.into_iter().take(MAX_ENTRIES) {
        partial.fetch(file, start..start.saturating_add(ENTRY_HEADER)).await?;
    }
    partial.complete((file_name, file), |partial| entries(partial, file.len())).await?
}

/// Positions of the entries' own headers; none if the directory is broken, which [`entries`] reports.
fn headers(file: &mut PartialFile) -> Vec<u64> {
    let Ok(archive) = ZipArchive::new(file) else { return Vec::new() };
    (0..archive.len()).filter_map(|index| Some(archive.by_index_data(index).ok()?.header_start())).collect()
}

/// All entries with their bytes.
fn entries(file: &mut PartialFile, n_bytes: u64) -> Result<Entries, Flaw> {
    let mut archive = ZipArchive::new(file).map_err(bad_zip)?;
    if archive.has_duplicate_names() {
        return Err(Flaw::BadZip { reason: "two entries have the same name".to_owned() });
    }
    (0..archive.len()).map(|index| entry(&mut archive, index, n_bytes)).collect()
}

fn entry(archive: &mut ZipArchive<&mut PartialFile>, index: usize, n_bytes: u64) -> Result<(String, Range<u64>), Flaw> {
    let member = archive.by_index_raw(index).map_err(bad_zip)?;
    let name = String::from_utf8_lossy(member.name_raw()).into_owned();
    if member.compression() != CompressionMethod::Stored || member.encrypted() || member.size() != member.compressed_size() {
        return Err(Flaw::NotStored { entry: name });
    }
    let start = member.data_start().ok_or_else(|| Flaw::BadZip { reason: format!("entry {name} has no data") })?;
    let available = n_bytes.saturating_sub(start);
    if member.size() > available {
        return Err(Flaw::Truncated { what: "an entry of the ZIP container", needed: member.size(), available });
    }
    Ok((name, start..start + member.size()))
}

fn bad_zip(error: zip::result::ZipError) -> Flaw {
    Flaw::BadZip { reason: error.to_string() }
}

/// `<name>/` of the folder with `data.pkl`; torch names it after the file, so it can be any name.
fn top_folder(entries: &Entries) -> Result<String, Flaw> {
    let candidates = entries.keys().filter_map(|name| name.strip_suffix("data.pkl"));
    let folders = candidates.filter(|top| top.is_empty() || top.ends_with('/'));
    let top = folders.min_by_key(|top| top.matches('/').count());
    top.map(str::to_owned).ok_or_else(|| Flaw::MissingEntry { entry: "data.pkl".to_owned() })
}

/// Bytes of an unknown byte order that the error shows.
const BYTE_ORDER_SHOWN: u64 = 16;

/// Whether elements are little-endian.
fn byte_order(entry: &[u8]) -> Result<bool, Flaw> {
    match entry {
        b"little" => Ok(true),
        b"big" => Ok(false),
        other => {
            let shown = other.get(..BYTE_ORDER_SHOWN as usize).unwrap_or(other);
            Err(Flaw::BadByteOrder { found: String::from_utf8_lossy(shown).into_owned() })
        }
    }
}
