//! The legacy container of torch 0.1.10 to 1.5: five pickles (magic number, protocol, system, object, storage keys), then
//! each storage as an element count and bare elements.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use super::pickle::{self, StorageRef};
use super::{DType, Flaw, Storage, Value};
use crate::files::FileSource;

/// Pickled `0x1950a86a20f9469cfc6c`: LONG1 of ten bytes, STOP.
const MAGIC: &[u8] = b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.";
const PROTOCOL: i64 = 1001;

/// Position behind the magic number; `None` if the file does not begin with it.
pub(super) fn after_magic(file: &[u8]) -> Option<usize> {
    const PROTO: usize = 2;
    const FRAME: usize = 9;
    file.starts_with(b"\x80").then_some(())?;
    // Pickle protocols 4 and 5 put a frame of nine bytes before the number.
    let starts = [PROTO, PROTO + FRAME];
    starts.into_iter().find(|&start| file.get(start..).is_some_and(|rest| rest.starts_with(MAGIC))).map(|start| start + MAGIC.len())
}

/// Reads the object of a legacy container whose second pickle begins at `start`; `source` holds the same bytes for the
/// tensors.
///
/// The object comes before the storages, whose element types are written in it alone, so it is read twice: once for the
/// types, once to build the tensors.
///
/// # Errors
/// If a pickle or a storage is damaged.
pub(super) fn read(file: &[u8], source: &Rc<dyn FileSource>, start: usize) -> Result<Value, Flaw> {
    let (protocol, at) = plain_pickle(file, start)?;
    if protocol != Value::Int(PROTOCOL) {
        return Err(Flaw::BadProtocol { found: number_or_kind(&protocol) });
    }
    // The third pickle describes the machine; torch writes little-endian elements on every machine.
    let (_system, object_start) = plain_pickle(file, at)?;
    let object = tail(file, object_start);

    let mut dtypes = BTreeMap::new();
    let first = pickle::load(object, &mut |wanted| placeholder(source, &wanted, &mut dtypes))?;
    if matches!(first.value, Value::Opaque(_)) {
        return Ok(first.value);
    }
    let (keys, at) = plain_pickle(file, object_start + first.length)?;
    let ranges = storages(file, at, &keys, &dtypes)?;
    let second = pickle::load(object, &mut |wanted| {
        let range = ranges.get(wanted.key).ok_or_else(|| Flaw::MissingEntry { entry: format!("storage {}", wanted.key) })?;
        wanted.storage_at(source, range, true)
    })?;
    Ok(second.value)
}

/// The value of a pickle without tensors at `start`, and the position behind the pickle.
fn plain_pickle(file: &[u8], start: usize) -> Result<(Value, usize), Flaw> {
    let no_storage = &mut |_: StorageRef<'_>| Err(Flaw::BadPickle { at: 0, what: "a tensor outside the object" });
    let loaded = pickle::load(tail(file, start), no_storage)?;
    Ok((loaded.value, start + loaded.length))
}

/// The bytes from `start` on.
fn tail(file: &[u8], start: usize) -> &[u8] {
    file.get(start..).unwrap_or_default()
}

/// An integer in digits, any other value by its kind, for messages.
fn number_or_kind(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        other => other.kind().to_owned(),
    }
}

/// A storage of the declared size that is never read; its element type is recorded in `dtypes` under its key.
fn placeholder(source: &Rc<dyn FileSource>, wanted: &StorageRef<'_>, dtypes: &mut BTreeMap<String, DType>) -> Result<Storage, Flaw> {
    let recorded = *dtypes.entry(wanted.key.to_owned()).or_insert(wanted.dtype);
    if recorded != wanted.dtype {
        return Err(Flaw::BadPickle { at: 0, what: "one storage with two element types" });
    }
    wanted.storage_at(source, &(0..wanted.n_bytes()? as u64), true)
}

/// The bytes of each storage by key. From `start` on, storages lie in the order of `keys`: an element count of eight bytes
/// each, then the elements.
fn storages(file: &[u8], start: usize, keys: &Value, dtypes: &BTreeMap<String, DType>) -> Result<BTreeMap<String, Range<u64>>, Flaw> {
    let Value::List(keys) = keys else {
        return Err(Flaw::BadPickle { at: 0, what: "the storage keys are not a list" });
    };
    let mut ranges = BTreeMap::new();
    let mut at = start;
    for key in keys {
        let Value::Str(key) = key else {
            return Err(Flaw::BadPickle { at: 0, what: "a storage key is not a string" });
        };
        // The element size of a storage that no tensor uses is unknown, so no storage behind it can be found.
        let dtype = dtypes.get(key).ok_or_else(|| Flaw::MissingEntry { entry: format!("storage {key} in the object") })?;
        let range = storage_range(file, at, *dtype)?;
        at = range.end;
        if ranges.insert(key.clone(), range.start as u64..range.end as u64).is_some() {
            return Err(Flaw::DuplicateKey { key: key.clone() });
        }
    }
    Ok(ranges)
}

/// The bytes of the storage whose element count lies at `at`.
fn storage_range(file: &[u8], at: usize, dtype: DType) -> Result<Range<usize>, Flaw> {
    let rest = tail(file, at);
    let available = rest.len() as u64;
    let Some((count, elements)) = rest.split_first_chunk::<8>() else {
        return Err(Flaw::Truncated { what: "the element count of a storage", needed: 8, available });
    };
    let n_bytes = u64::from_le_bytes(*count).saturating_mul(dtype.size() as u64);
    if n_bytes > elements.len() as u64 {
        return Err(Flaw::Truncated { what: "a storage", needed: n_bytes, available: elements.len() as u64 });
    }
    let start = at + count.len();
    Ok(start..start + n_bytes as usize)
}
