//! A pickle's reference to a storage: a key and how to read it.

use std::ops::Range;
use std::rc::Rc;

use super::arena::{Arena, Id, Node};
use super::globals::Global;
use crate::files::FileSource;
use crate::torch_file::{DType, Flaw, Storage};

/// Finds the bytes of a storage that the pickle refers to.
pub(super) type Resolve<'a> = dyn FnMut(StorageRef<'_>) -> Result<Storage, Flaw> + 'a;

/// The persistent id `('storage', type, key, location, n_elements[, view])`. The location (cpu, cuda:0) is ignored.
pub(in crate::torch_file) struct StorageRef<'a> {
    /// Element type, from the storage's class.
    pub(in crate::torch_file) dtype: DType,
    /// Name within the container.
    pub(in crate::torch_file) key: &'a str,
    /// Elements of the whole storage.
    pub(in crate::torch_file) n_elements: usize,
    /// First element and element count of the part of the storage that is meant; in legacy files only.
    pub(in crate::torch_file) view: Option<(usize, usize)>,
}

impl<'a> StorageRef<'a> {
    /// The storage that a persistent id refers to; `None` for any other object.
    pub(super) fn find(arena: &'a Arena, id: Id) -> Option<Self> {
        let Node::Tuple(members) = arena.get(id)? else { return None };
        let members = arena.nodes(members)?;
        let [tag, dtype, key, _location, n_elements, view @ ..] = members.as_slice() else { return None };
        let (Node::Str(tag), Node::Global(Global::StorageType(dtype)), Node::Str(key)) = (tag, dtype, key) else { return None };
        let view = match view {
            [] | [Node::None] => None,
            [Node::Tuple(view)] => Some(part(&arena.nodes(view)?)?),
            _ => return None,
        };
        (tag == "storage").then_some(Self { dtype: *dtype, key, n_elements: n_elements.as_size()?, view })
    }

    /// Bytes of the whole storage.
    ///
    /// # Errors
    /// If they exceed the address space.
    pub(in crate::torch_file) fn n_bytes(&self) -> Result<usize, Flaw> {
        let too_large = Flaw::TooLarge { shape: vec![self.n_elements], limit: usize::MAX / self.dtype.size() };
        self.n_elements.checked_mul(self.dtype.size()).ok_or(too_large)
    }

    /// The storage, if `range` of `file` holds it.
    ///
    /// # Errors
    /// If the range does not have the declared size, or the view reaches beyond it.
    pub(in crate::torch_file) fn storage_at(
        &self,
        file: &Rc<dyn FileSource>,
        range: &Range<u64>,
        little_endian: bool,
    ) -> Result<Storage, Flaw> {
        let (expected, found) = (self.n_bytes()? as u64, range.end - range.start);
        if expected != found {
            return Err(Flaw::StorageSize { key: self.key.to_owned(), expected, found });
        }
        Ok(Storage { file: file.clone(), range: self.part_of(range)?, dtype: self.dtype, little_endian })
    }

    /// The bytes of the part that is meant, given those of the whole storage.
    fn part_of(&self, whole: &Range<u64>) -> Result<Range<u64>, Flaw> {
        let Some((first, count)) = self.view else { return Ok(whole.clone()) };
        if first.checked_add(count).is_none_or(|end| end > self.n_elements) {
            return Err(Flaw::OutsideStorage { shape: vec![count], strides: vec![1], offset: first, n_storage: self.n_elements });
        }
        let start = whole.start + (first * self.dtype.size()) as u64;
        Ok(start..start + (count * self.dtype.size()) as u64)
    }
}

/// `(key, first element, element count)` of a storage within a storage.
fn part(members: &[&Node]) -> Option<(usize, usize)> {
    let [_key, first, n_elements] = members else { return None };
    Some((first.as_size()?, n_elements.as_size()?))
}
