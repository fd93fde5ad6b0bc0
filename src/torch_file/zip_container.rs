//! The ZIP container of torch ≥ 1.6: one folder of any name with `data.pkl`, `byteorder` and `data/<storage key>`.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::ops::Range;
use std::sync::Arc;

use zip::{CompressionMethod, ZipArchive};

use super::pickle::{self, StorageRef};
use super::{Flaw, Value};

/// Reads the object in a ZIP container. Checksums are not verified, as torch does not either.
///
/// # Errors
/// If the ZIP directory, the pickle or a storage is damaged.
pub(super) fn read(file: &Arc<[u8]>) -> Result<Value, Flaw> {
    let entries = entries(file)?;
    let top = top_folder(&entries)?;
    let entry = |name: &str| entries.get(&format!("{top}{name}"));
    let bytes_of = |name: &str| entry(name).and_then(|range| file.get(range.clone()));

    let little_endian = byte_order(bytes_of("byteorder"))?;
    let pickle = bytes_of("data.pkl").ok_or_else(|| Flaw::MissingEntry { entry: format!("{top}data.pkl") })?;
    let mut resolve = |wanted: StorageRef<'_>| {
        let name = format!("data/{}", wanted.key);
        let range = entry(&name).ok_or_else(|| Flaw::MissingEntry { entry: format!("{top}{name}") })?;
        wanted.storage_at(file, range, little_endian)
    };
    Ok(pickle::load(pickle, &mut resolve)?.value)
}

/// Where the bytes of each entry lie in the file.
fn entries(file: &[u8]) -> Result<BTreeMap<String, Range<usize>>, Flaw> {
    let mut archive = ZipArchive::new(Cursor::new(file)).map_err(bad_zip)?;
    if archive.has_duplicate_names() {
        return Err(Flaw::BadZip { reason: "two entries have the same name".to_owned() });
    }
    (0..archive.len()).map(|index| entry(&mut archive, index, file.len())).collect()
}

fn entry(archive: &mut ZipArchive<Cursor<&[u8]>>, index: usize, n_bytes: usize) -> Result<(String, Range<usize>), Flaw> {
    let member = archive.by_index_raw(index).map_err(bad_zip)?;
    let name = String::from_utf8_lossy(member.name_raw()).into_owned();
    if member.compression() != CompressionMethod::Stored || member.encrypted() || member.size() != member.compressed_size() {
        return Err(Flaw::NotStored { entry: name });
    }
    let start = member.data_start().ok_or_else(|| Flaw::BadZip { reason: format!("entry {name} has no data") })?;
    let available = (n_bytes as u64).saturating_sub(start);
    if member.size() > available {
        return Err(Flaw::Truncated { what: "an entry of the ZIP container", needed: member.size(), available });
    }
    // Both ends lie within the file, which is in memory, so that they fit `usize`.
    Ok((name, start as usize..(start + member.size()) as usize))
}

fn bad_zip(error: zip::result::ZipError) -> Flaw {
    Flaw::BadZip { reason: error.to_string() }
}

/// `<name>/` of the folder with `data.pkl`; torch names it after the file, so that it can be anything.
fn top_folder(entries: &BTreeMap<String, Range<usize>>) -> Result<String, Flaw> {
    let candidates = entries.keys().filter_map(|name| name.strip_suffix("data.pkl"));
    let folders = candidates.filter(|top| top.is_empty() || top.ends_with('/'));
    let top = folders.min_by_key(|top| top.matches('/').count());
    top.map(str::to_owned).ok_or_else(|| Flaw::MissingEntry { entry: "data.pkl".to_owned() })
}

/// Files before torch 2.1 have no `byteorder` entry and are little-endian.
fn byte_order(entry: Option<&[u8]>) -> Result<bool, Flaw> {
    match entry {
        None | Some(b"little") => Ok(true),
        Some(b"big") => Ok(false),
        Some(other) => Err(Flaw::BadByteOrder { found: String::from_utf8_lossy(other.get(..16).unwrap_or(other)).into_owned() }),
    }
}
