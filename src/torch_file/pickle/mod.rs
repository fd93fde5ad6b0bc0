//! The pickle machine: stack instructions → plain values. It executes nothing.
//!
//! Objects live in an arena and refer to each other by number, as Python's do by address: a dict that was memoised
//! while empty is the same dict after it was filled. Only what the final object reaches becomes a [`Value`].

mod arena;
mod calls;
mod globals;
mod machine;
mod reader;
mod storage_ref;

pub(super) use storage_ref::StorageRef;

use super::{Flaw, Value};
use storage_ref::Resolve;

/// One object and the size of its pickle.
pub(super) struct Loaded {
    pub(super) value: Value,
    /// Bytes of the pickle.
    pub(super) length: usize,
}

/// Most bytes of instructions that are read: the largest ClinicaDL network needs 30 kB.
pub(super) const MAX_PICKLE_BYTES: usize = 64 << 20;

/// Runs the pickle at the beginning of `bytes`; bytes behind it are not read.
///
/// # Errors
/// If an instruction is malformed or asks for more than plain data, or if `resolve` does not find a storage.
pub(super) fn load(bytes: &[u8], resolve: &mut Resolve<'_>) -> Result<Loaded, Flaw> {
    let bytes = bytes.get(..MAX_PICKLE_BYTES).unwrap_or(bytes);
    let mut machine = machine::Machine::new(bytes, resolve);
    let root = machine.run()?;
    Ok(Loaded { length: machine.position(), value: machine.into_value(root)? })
}
