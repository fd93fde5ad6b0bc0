//! The ZIP container of torch ≥ 1.6: one folder of any name with `data.pkl`, `byteorder` and `data/<storage key>`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use zip::{CompressionMethod, ZipArchive};

use super::pickle::{self, MAX_PICKLE_BYTES, StorageRef};
use super::{Flaw, Value};
use crate::files::{FileSource, InflatedFile, MAX_DEFLATE_RATIO, PartialFile};

/// Bytes of an entry's own header, which give the position of its data.
const ENTRY_HEADER: u64 = 30;

/// Most entries whose headers are fetched one by one; a checkpoint has a few hundred tensors.
const MAX_ENTRIES: usize = 1 << 12;

/// All entries by name.
type Entries = BTreeMap<String, Entry>;

/// The content of an entry: a range of the container or, if it is compressed, a file of its own.
#[derive(Clone)]
struct Entry {
    file: Rc<dyn FileSource>,
    range: Range<u64>,
}

/// Reads the object in a ZIP container, without the values of its tensors. torch stores plain bytes, whose checksums are not
/// verified, as in torch; a container that was unpacked and packed again has compressed entries, which torch reads, too.
///
/// # Errors
/// If the ZIP directory, the pickle or a storage is damaged, or the file cannot be read.
pub(super) async fn read(file_name: &str, file: &Rc<dyn FileSource>) -> Result<Value, Flaw> {
    let entries = find_entries(file_name, file).await?;
    let top = top_folder(&entries)?;
    let entry = |name: &str| entries.get(&format!("{top}{name}")).cloned();

    let little_endian = match entry("byteorder") {
        Some(entry) => byte_order(&entry_head(&entry, BYTE_ORDER_SHOWN + 1).await?)?,
        // Files before torch 2.1 are little-endian.
        None => true,
    };
    let pickle = entry("data.pkl").ok_or_else(|| Flaw::MissingEntry { entry: format!("{top}data.pkl") })?;
    let pickle = entry_head(&pickle, MAX_PICKLE_BYTES as u64).await?;
    let mut resolve = |wanted: StorageRef<'_>| {
        let name = format!("data/{}", wanted.key);
        let entry = entry(&name).ok_or_else(|| Flaw::MissingEntry { entry: format!("{top}{name}") })?;
        wanted.storage_at(&entry.file, &entry.range, little_endian)
    };
    Ok(pickle::load(&pickle, &mut resolve)?.value)
}

/// The first bytes of an entry, at most `limit`.
async fn entry_head(entry: &Entry, limit: u64) -> Result<Vec<u8>, Flaw> {
    let Range { start, end } = entry.range;
    Ok(entry.file.read(start..end.min(start + limit)).await?)
}

/// Reads the directory at the end of the file and the header of every entry.
async fn find_entries(file_name: &str, file: &Rc<dyn FileSource>) -> Result<Entries, Flaw> {
    let mut partial = PartialFile::new(file.len());
    let headers = partial.complete((file_name, file.as_ref()), headers).await?;
    for start in headers.into_iter().take(MAX_ENTRIES) {
        partial.fetch(file.as_ref(), start..start.saturating_add(ENTRY_HEADER)).await?;
    }
    partial.complete((file_name, file.as_ref()), |partial| entries(file_name, partial, file)).await?
}

/// Positions of the entries' own headers; none if the directory is broken, which [`entries`] reports.
fn headers(file: &mut PartialFile) -> Vec<u64> {
    let Ok(archive) = ZipArchive::new(file) else { return Vec::new() };
    (0..archive.len()).filter_map(|index| Some(archive.by_index_data(index).ok()?.header_start())).collect()
}

/// All entries with their bytes.
fn entries(file_name: &str, partial: &mut PartialFile, file: &Rc<dyn FileSource>) -> Result<Entries, Flaw> {
    let mut archive = ZipArchive::new(partial).map_err(bad_zip)?;
    if archive.has_duplicate_names() {
        return Err(Flaw::BadZip { reason: "two entries have the same name".to_owned() });
    }
    (0..archive.len()).map(|index| entry(file_name, &mut archive, index, file)).collect()
}

fn entry(
    file_name: &str,
    archive: &mut ZipArchive<&mut PartialFile>,
    index: usize,
    file: &Rc<dyn FileSource>,
) -> Result<(String, Entry), Flaw> {
    let member = archive.by_index_raw(index).map_err(bad_zip)?;
    let name = String::from_utf8_lossy(member.name_raw()).into_owned();
    if member.encrypted() {
        return Err(Flaw::UnreadableEntry { entry: name, how: "encrypted".to_owned() });
    }
    let (size, packed_size) = (member.size(), member.compressed_size());
    let start = member.data_start().ok_or_else(|| Flaw::BadZip { reason: format!("entry {name} has no data") })?;
    let available = file.len().saturating_sub(start);
    if packed_size > available {
        return Err(Flaw::Truncated { what: "an entry of the ZIP container", needed: packed_size, available });
    }
    let packed = start..start + packed_size;
    let bad_size = |reason: &str| Flaw::BadZip { reason: format!("entry {name} declares {size} bytes, {reason}") };
    match member.compression() {
        CompressionMethod::Stored if size == packed_size => Ok((name, Entry { file: file.clone(), range: packed })),
        CompressionMethod::Stored => Err(bad_size(&format!("but has {packed_size}"))),
        // Tensors are allocated by the declared size, so it is checked before.
        CompressionMethod::Deflated if size > packed_size.saturating_mul(MAX_DEFLATE_RATIO) => {
            Err(bad_size(&format!("more than its {packed_size} compressed ones can hold")))
        }
        CompressionMethod::Deflated => {
            let inflated = InflatedFile::new(format!("{file_name}/{name}"), file.clone(), packed, size, member.crc32());
            Ok((name, Entry { file: Rc::new(inflated), range: 0..size }))
        }
        other => Err(Flaw::UnreadableEntry { entry: name, how: format!("packed by the method {other}, and only deflate is read") }),
    }
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
