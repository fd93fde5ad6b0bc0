//! The stack machine that executes a pickle, one instruction at a time.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::arena::{Arena, Id, MAX_OBJECTS, Node};
use super::globals::Global;
use super::reader::Reader;
use super::storage_ref::{Resolve, StorageRef};
use crate::torch_file::{Flaw, Value};

/// The state of a running pickle.
pub(super) struct Machine<'a, 'r> {
    reader: Reader<'a>,
    arena: Arena,
    stack: Vec<Id>,
    /// Heights of the stack at which open groups began.
    marks: Vec<usize>,
    memo: BTreeMap<u32, Id>,
    resolve: &'r mut Resolve<'r>,
    /// Position of the current instruction.
    at: usize,
}

impl<'a, 'r> Machine<'a, 'r> {
    pub(super) fn new(bytes: &'a [u8], resolve: &'r mut Resolve<'r>) -> Self {
        let reader = Reader::new(bytes);
        Self { reader, arena: Arena::default(), stack: Vec::new(), marks: Vec::new(), memo: BTreeMap::new(), resolve, at: 0 }
    }

    /// Runs up to STOP and gives the object on top.
    pub(super) fn run(&mut self) -> Result<Id, Flaw> {
        while self.execute_next()?.is_continue() {}
        self.pop()
    }

    /// Bytes consumed so far.
    pub(super) fn position(&self) -> usize {
        self.reader.position()
    }

    /// The tree below an object.
    pub(super) fn into_value(self, root: Id) -> Result<Value, Flaw> {
        self.arena.value(root)
    }

    /// Executes one instruction; breaks at STOP.
    fn execute_next(&mut self) -> Result<ControlFlow<()>, Flaw> {
        self.at = self.reader.position();
        let opcode = self.reader.u8()?;
        match opcode {
            b'.' => return Ok(ControlFlow::Break(())),
            0x80 => drop(self.reader.u8()?),         // PROTO
            0x95 => drop(self.reader.array::<8>()?), // FRAME
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_group()?),
            b'2' => self.duplicate()?,
            b'(' => self.mark()?,
            b'N' => self.push(Node::None)?,
            0x88 => self.push(Node::Bool(true))?,
            0x89 => self.push(Node::Bool(false))?,
            b'J' | b'K' | b'M' | 0x8a | 0x8b | b'G' => self.number(opcode)?,
            b'X' | 0x8c | 0x8d | b'T' | b'U' => self.text(opcode)?,
            b'B' | b'C' | 0x8e | 0x96 => self.byte_string(opcode)?,
            b')' | b't' | 0x85 | 0x86 | 0x87 => self.tuple(opcode)?,
            b']' | b'l' | b'a' | b'e' => self.list(opcode)?,
            b'}' | b'd' | b's' | b'u' => self.dict(opcode)?,
            b'h' | b'j' | b'q' | b'r' | 0x94 => self.memo(opcode)?,
            b'c' | 0x93 => self.global(opcode)?,
            b'R' | 0x81 => self.call()?,
            0x92 => self.call_with_names()?,
            0x8f | 0x91 => self.set(opcode)?,
            0x90 => self.list(opcode)?,
            b'b' => self.build()?,
            b'Q' => self.storage()?,
            _ => return Err(Flaw::UnknownOpcode { at: self.at, opcode }),
        }
        Ok(ControlFlow::Continue(()))
    }

    fn number(&mut self, opcode: u8) -> Result<(), Flaw> {
        let node = match opcode {
            b'J' => Node::Int(i64::from(i32::from_le_bytes(self.reader.array()?))),
            b'K' => Node::Int(i64::from(self.reader.u8()?)),
            b'M' => Node::Int(i64::from(u16::from_le_bytes(self.reader.array()?))),
            b'G' => Node::Float(f64::from_be_bytes(self.reader.array()?)),
            _ => {
                let bytes = if opcode == 0x8a { self.reader.short_bytes()? } else { self.reader.bytes()? };
                self.integer(bytes)
            }
        };
        self.push(node)
    }

    /// An integer, opaque where it has more than 64 bits: states of random number generators have.
    fn integer(&self, bytes: &[u8]) -> Node {
        long(bytes).map_or_else(|| self.unusable("an integer beyond 64 bits"), Node::Int)
    }

    fn text(&mut self, opcode: u8) -> Result<(), Flaw> {
        let bytes = match opcode {
            0x8c | b'U' => self.reader.short_bytes()?,
            0x8d => self.reader.long_bytes()?,
            _ => self.reader.bytes()?,
        };
        let text = str::from_utf8(bytes).map(|text| Node::Str(text.to_owned()));
        self.push(text.unwrap_or_else(|_| self.unusable("a string that is not UTF-8")))
    }

    fn byte_string(&mut self, opcode: u8) -> Result<(), Flaw> {
        let bytes = match opcode {
            b'C' => self.reader.short_bytes()?,
            b'B' => self.reader.bytes()?,
            _ => self.reader.long_bytes()?,
        };
        self.push(Node::Bytes(bytes.to_vec()))
    }

    fn tuple(&mut self, opcode: u8) -> Result<(), Flaw> {
        let members = match opcode {
            b')' => Vec::new(),
            b't' => self.pop_group()?,
            _ => self.pop_many(usize::from(opcode - 0x84))?,
        };
        self.push(Node::Tuple(members))
    }

    fn list(&mut self, opcode: u8) -> Result<(), Flaw> {
        let members = match opcode {
            b']' => return self.push(Node::List(Vec::new())),
            b'l' => {
                let members = self.pop_group()?;
                return self.push(Node::List(members));
            }
            b'a' => self.pop_many(1)?,
            _ => self.pop_group()?,
        };
        match self.top()? {
            Node::List(list) => list.extend(members),
            Node::Opaque(_) => {}
            _ => return Err(self.fault("members for something that is no list")),
        }
        Ok(())
    }

    fn dict(&mut self, opcode: u8) -> Result<(), Flaw> {
        let members = match opcode {
            b'}' => Vec::new(),
            b's' => self.pop_many(2)?,
            _ => self.pop_group()?,
        };
        let (pairs, rest) = members.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(self.fault("a key without a value"));
        }
        let entries = pairs.iter().map(|&[key, value]| (key, value));
        if matches!(opcode, b'}' | b'd') {
            return self.push(Node::Dict(entries.collect()));
        }
        match self.top()? {
            Node::Dict(dict) => dict.extend(entries),
            Node::Opaque(_) => {}
            _ => return Err(self.fault("entries for something that is no dict")),
        }
        Ok(())
    }

    fn memo(&mut self, opcode: u8) -> Result<(), Flaw> {
        let index = match opcode {
            b'h' | b'q' => u32::from(self.reader.u8()?),
            b'j' | b'r' => self.reader.u32()?,
            // MEMOIZE takes the next free number; the memo is far smaller than 2³² entries.
            _ => self.memo.len() as u32,
        };
        if matches!(opcode, b'h' | b'j') {
            let id = *self.memo.get(&index).ok_or_else(|| self.fault("a memo entry that was never written"))?;
            return self.push_id(id);
        }
        if self.memo.len() >= MAX_OBJECTS {
            return Err(Flaw::TooMany { what: "memo entries in the pickle", limit: MAX_OBJECTS });
        }
        let id = *self.stack.last().ok_or_else(|| self.fault("the stack is empty"))?;
        self.memo.insert(index, id);
        Ok(())
    }

    fn global(&mut self, opcode: u8) -> Result<(), Flaw> {
        let global = if opcode == b'c' {
            let module = String::from_utf8_lossy(self.reader.line()?);
            Global::find(&module, &String::from_utf8_lossy(self.reader.line()?))
        } else {
            let [module, name] = self.pop_array()?;
            match (self.arena.get(module), self.arena.get(name)) {
                (Some(Node::Str(module)), Some(Node::Str(name))) => Global::find(module, name),
                _ => return Err(self.fault("a name that is no string")),
            }
        };
        self.push(global.map_or_else(Node::opaque, Node::Global))
    }

    /// The result of a call; what calls something unknown is opaque itself.
    fn call(&mut self) -> Result<(), Flaw> {
        let [callee, arguments] = self.pop_array()?;
        let result = match self.arena.get(callee) {
            Some(Node::Global(global)) => global.call(&self.arena, arguments, self.at)?,
            Some(Node::Opaque(flaw)) => Node::Opaque(flaw.clone()),
            _ => return Err(self.fault("a call of something that is no function")),
        };
        self.push(result)
    }

    /// NEWOBJ_EX, a call with named arguments: nothing that is known needs them.
    fn call_with_names(&mut self) -> Result<(), Flaw> {
        let [callee, _arguments, _named] = self.pop_array()?;
        let result = match self.arena.get(callee) {
            Some(Node::Opaque(flaw)) => Node::Opaque(flaw.clone()),
            Some(Node::Global(global)) => Node::opaque(Flaw::ForbiddenGlobal { global: global.name() }),
            _ => return Err(self.fault("a call of something that is no function")),
        };
        self.push(result)
    }

    /// A set, of which nothing is kept: neither weights nor images are one.
    fn set(&mut self, opcode: u8) -> Result<(), Flaw> {
        if opcode == 0x91 {
            self.pop_group()?;
        }
        self.push(self.unusable("a set"))
    }

    /// Drops attributes: of an ordered dict (`_metadata` of a state_dict), of a tensor, of what is opaque.
    fn build(&mut self) -> Result<(), Flaw> {
        self.pop()?;
        match self.top()? {
            Node::Dict(_) | Node::Tensor(_) | Node::Opaque(_) => Ok(()),
            _ => Err(self.fault("attributes for something that is no dict")),
        }
    }

    /// The storage of a persistent id. One of an unknown type, or of code (legacy files of whole networks have such), is opaque.
    fn storage(&mut self) -> Result<(), Flaw> {
        let id = self.pop()?;
        let node = match StorageRef::find(&self.arena, id) {
            Some(wanted) => Node::Storage((self.resolve)(wanted)?),
            None => self.opaque_member(id).ok_or_else(|| self.fault("a persistent id that names no storage"))?,
        };
        self.push(node)
    }

    /// The first opaque member of a tuple.
    fn opaque_member(&self, id: Id) -> Option<Node> {
        let Node::Tuple(members) = self.arena.get(id)? else { return None };
        members.iter().find_map(|&member| match self.arena.get(member) {
            Some(Node::Opaque(flaw)) => Some(Node::Opaque(flaw.clone())),
            _ => None,
        })
    }

    fn push(&mut self, node: Node) -> Result<(), Flaw> {
        let id = self.arena.add(node)?;
        self.push_id(id)
    }

    fn push_id(&mut self, id: Id) -> Result<(), Flaw> {
        if self.stack.len() >= MAX_OBJECTS {
            return Err(Flaw::TooMany { what: "objects on the pickle's stack", limit: MAX_OBJECTS });
        }
        self.stack.push(id);
        Ok(())
    }

    fn duplicate(&mut self) -> Result<(), Flaw> {
        let id = *self.stack.last().ok_or_else(|| self.fault("the stack is empty"))?;
        self.push_id(id)
    }

    fn mark(&mut self) -> Result<(), Flaw> {
        if self.marks.len() >= MAX_OBJECTS {
            return Err(Flaw::TooMany { what: "open groups in the pickle", limit: MAX_OBJECTS });
        }
        self.marks.push(self.stack.len());
        Ok(())
    }

    fn top(&mut self) -> Result<&mut Node, Flaw> {
        let empty = self.fault("the stack is empty");
        self.stack.last().and_then(|&id| self.arena.get_mut(id)).ok_or(empty)
    }

    fn pop(&mut self) -> Result<Id, Flaw> {
        self.pop_array().map(|[id]| id)
    }

    fn pop_array<const N: usize>(&mut self) -> Result<[Id; N], Flaw> {
        let ids = self.pop_many(N)?;
        ids.try_into().map_err(|_| self.fault("the stack is too short"))
    }

    /// Removes the topmost `n` objects, lowest first. They must lie above the last mark.
    fn pop_many(&mut self, n: usize) -> Result<Vec<Id>, Flaw> {
        let floor = self.marks.last().copied().unwrap_or(0);
        match self.stack.len().checked_sub(n) {
            Some(height) if height >= floor => Ok(self.stack.split_off(height)),
            _ => Err(self.fault("the stack is too short")),
        }
    }

    /// Removes the last mark and all objects above it, lowest first.
    fn pop_group(&mut self) -> Result<Vec<Id>, Flaw> {
        let height = self.marks.pop().ok_or_else(|| self.fault("a group that never began"))?;
        Ok(self.stack.split_off(height.min(self.stack.len())))
    }

    fn fault(&self, what: &'static str) -> Flaw {
        Flaw::BadPickle { at: self.at, what }
    }

    /// An object whose content is not kept.
    fn unusable(&self, what: &'static str) -> Node {
        Node::opaque(Flaw::NotPlainData { what })
    }
}

/// A little-endian two's complement integer of any length, if it fits 64 bits.
fn long(bytes: &[u8]) -> Option<i64> {
    let sign = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
    let mut wide = [sign; 8];
    let (low, high) = bytes.split_at(bytes.len().min(8));
    wide.iter_mut().zip(low).for_each(|(to, from)| *to = *from);
    let number = i64::from_le_bytes(wide);
    let fits = high.iter().all(|&byte| byte == sign) && (high.is_empty() || (number < 0) == (sign != 0));
    fits.then_some(number)
}
