//! The objects of a running pickle, and their conversion to a tree of values.

use std::rc::Rc;

use super::globals::Global;
use crate::torch_file::{Flaw, Storage, Tensor, Value};

/// An object's number in the arena.
pub(super) type Id = u32;

/// An object; containers refer to their members by number.
pub(super) enum Node {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Bytes(Vec<u8>),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Global(Global),
    Storage(Storage),
    Tensor(Tensor),
    /// Something that is neither plain data nor a tensor, with the flaw that the file has for whoever needs it. Nothing in it
    /// is kept and nothing of it is run.
    Opaque(Rc<Flaw>),
}

impl Node {
    /// An object that may be in the file, but not be used.
    pub(super) fn opaque(flaw: Flaw) -> Self {
        Self::Opaque(Rc::new(flaw))
    }

    /// A non-negative integer that fits the address space.
    pub(super) fn as_size(&self) -> Option<usize> {
        match self {
            Self::Int(number) => usize::try_from(*number).ok(),
            _ => None,
        }
    }
}

/// All objects made so far.
#[derive(Default)]
pub(super) struct Arena {
    nodes: Vec<Node>,
}

/// Most objects in one pickle. A checkpoint has some ten per parameter; the limit bounds the memory that a small file can
/// take.
pub(super) const MAX_OBJECTS: usize = 2_000_000;
/// Most levels of containers in containers. A ClinicaDL checkpoint has three.
const MAX_DEPTH: usize = 64;
/// Most bytes of the tree of values, in which a shared object counts each time.
const MAX_TREE_BYTES: usize = 128 << 20;

impl Arena {
    pub(super) fn add(&mut self, node: Node) -> Result<Id, Flaw> {
        if self.nodes.len() >= MAX_OBJECTS {
            return Err(Flaw::TooMany { what: "objects in the pickle", limit: MAX_OBJECTS });
        }
        self.nodes.push(node);
        Ok((self.nodes.len() - 1) as Id)
    }

    pub(super) fn get(&self, id: Id) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    pub(super) fn get_mut(&mut self, id: Id) -> Option<&mut Node> {
        self.nodes.get_mut(id as usize)
    }

    /// The objects of several numbers; `None` if one is missing.
    pub(super) fn nodes(&self, ids: &[Id]) -> Option<Vec<&Node>> {
        ids.iter().map(|&id| self.get(id)).collect()
    }

    /// The tree below an object.
    ///
    /// # Errors
    /// If it is nested too deeply (a cycle is), or too large.
    pub(super) fn value(&self, root: Id) -> Result<Value, Flaw> {
        Expansion { arena: self, budget: MAX_TREE_BYTES }.value(root, 0)
    }
}

/// The conversion of objects to a tree of values.
struct Expansion<'a> {
    arena: &'a Arena,
    /// Bytes that the tree may still take.
    budget: usize,
}

impl Expansion<'_> {
    fn value(&mut self, id: Id, depth: usize) -> Result<Value, Flaw> {
        if depth > MAX_DEPTH {
            return Err(Flaw::TooDeep { limit: MAX_DEPTH });
        }
        self.spend(size_of::<Value>())?;
        Ok(match self.arena.get(id).unwrap_or(&Node::None) {
            Node::None => Value::None,
            Node::Bool(truth) => Value::Bool(*truth),
            Node::Int(number) => Value::Int(*number),
            Node::Float(number) => Value::Float(*number),
            Node::Str(text) => {
                self.spend(text.len())?;
                Value::Str(text.clone())
            }
            Node::Bytes(bytes) => {
                self.spend(bytes.len())?;
                Value::Bytes(bytes.clone())
            }
            Node::Tuple(members) => Value::Tuple(self.members(members, depth)?),
            Node::List(members) => Value::List(self.members(members, depth)?),
            Node::Dict(entries) => Value::Dict(self.entries(entries, depth)?),
            Node::Tensor(tensor) => {
                self.spend(tensor.shape().len() * 2 * size_of::<usize>())?;
                Value::Tensor(tensor.clone())
            }
            Node::Global(global) => match global.as_text() {
                Some(text) => Value::Str(text),
                None => Value::Opaque(Rc::new(Flaw::ForbiddenGlobal { global: global.name() })),
            },
            Node::Storage(_) => Value::Opaque(Rc::new(Flaw::ForbiddenGlobal { global: "a bare storage".to_owned() })),
            Node::Opaque(flaw) => Value::Opaque(flaw.clone()),
        })
    }

    fn members(&mut self, members: &[Id], depth: usize) -> Result<Vec<Value>, Flaw> {
        members.iter().map(|&member| self.value(member, depth + 1)).collect()
    }

    fn entries(&mut self, entries: &[(Id, Id)], depth: usize) -> Result<Vec<(Value, Value)>, Flaw> {
        self.refuse_duplicates(entries)?;
        entries.iter().map(|&(key, value)| Ok((self.value(key, depth + 1)?, self.value(value, depth + 1)?))).collect()
    }

    /// Python keeps the last of two equal keys; a file with both was not written by torch.
    fn refuse_duplicates(&self, entries: &[(Id, Id)]) -> Result<(), Flaw> {
        let mut keys: Vec<&str> = entries.iter().filter_map(|&(key, _)| self.text(key)).collect();
        keys.sort_unstable();
        let mut pairs = keys.iter().zip(keys.iter().skip(1));
        match pairs.find(|(one, next)| one == next) {
            Some((key, _)) => Err(Flaw::DuplicateKey { key: (*key).to_owned() }),
            None => Ok(()),
        }
    }

    fn text(&self, id: Id) -> Option<&str> {
        match self.arena.get(id) {
            Some(Node::Str(text)) => Some(text),
            _ => None,
        }
    }

    /// Counts `cost` bytes of the tree.
    fn spend(&mut self, cost: usize) -> Result<(), Flaw> {
        let left = self.budget.checked_sub(cost);
        self.budget = left.ok_or(Flaw::TooMany { what: "bytes in the object that the pickle describes", limit: MAX_TREE_BYTES })?;
        Ok(())
    }
}
