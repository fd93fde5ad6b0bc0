//! The pickle machine: stack instructions → plain values. It executes nothing.
//!
//! Objects live in an arena and refer to each other by number, as Python's do by address: a dict that was memoised
//! while empty is the same dict after it was filled. Only what the final object reaches becomes a [`Value`].

mod arena;
mod globals;
mod machine;
mod reader;
mod storage_ref;

pub(super) use storage_ref::StorageRef;

use super::{Flaw, Storage, Value};

/// Finds the bytes of a storage that the pickle refers to.
pub(super) type Resolve<'a> = dyn FnMut(StorageRef<'_>) -> Result<Storage, Flaw> + 'a;

/// One object, and how many bytes its pickle took.
pub(super) struct Loaded {
    pub(super) value: Value,
    pub(super) length: usize,
}

/// More bytes of instructions than this are no checkpoint: the largest ClinicaDL network needs 30 kB.
pub(super) const MAX_PICKLE_BYTES: usize = 64 << 20;

/// Runs the pickle at the beginning of `bytes`; what follows it is left alone.
///
/// # Errors
/// If an instruction breaks the rules or asks for more than plain data, or if `resolve` does not find a storage.
pub(super) fn load(bytes: &[u8], resolve: &mut Resolve<'_>) -> Result<Loaded, Flaw> {
    let bytes = bytes.get(..MAX_PICKLE_BYTES).unwrap_or(bytes);
    let mut machine = machine::Machine::new(bytes, resolve);
    let root = machine.run()?;
    Ok(Loaded { length: machine.position(), value: machine.into_value(root)? })
}
