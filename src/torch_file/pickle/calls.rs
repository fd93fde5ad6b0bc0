//! The results of the calls that a pickle may make: dicts, tensors, sizes and devices.

use super::arena::{Arena, Id, Node};
use super::globals::Global;
use crate::torch_file::{Flaw, Tensor};

impl Global {
    /// The result of calling this name with the tuple `arguments`; `at` is the position of the instruction in the pickle.
    ///
    /// # Errors
    /// If it cannot be called with these arguments, or if a tensor leaves its storage.
    pub(super) fn call(self, arena: &Arena, arguments: Id, at: usize) -> Result<Node, Flaw> {
        let Some(Node::Tuple(arguments)) = arena.get(arguments) else {
            return Err(Flaw::BadPickle { at, what: "a call without an argument tuple" });
        };
        let call = Call { arena, arguments, at };
        match self {
            Self::OrderedDict => call.ordered_dict(),
            Self::RebuildTensor => call.tensor(),
            Self::RebuildParameter => call.parameter(),
            Self::RebuildFromType => call.with_attributes(),
            Self::Size => Ok(Node::Tuple(call.sequence(0)?.to_vec())),
            Self::Device => call.device(),
            Self::ScalarType(_) | Self::StorageType(_) => Err(call.fault("a type that is called")),
        }
    }
}

/// A call with its arguments.
struct Call<'a> {
    arena: &'a Arena,
    arguments: &'a [Id],
    at: usize,
}

impl<'a> Call<'a> {
    /// An empty dict, or one of a sequence of pairs.
    fn ordered_dict(&self) -> Result<Node, Flaw> {
        if self.arguments.is_empty() {
            return Ok(Node::Dict(Vec::new()));
        }
        let pairs = self.sequence(0)?.iter().map(|&pair| self.pair(pair));
        Ok(Node::Dict(pairs.collect::<Result<_, _>>()?))
    }

    fn pair(&self, id: Id) -> Result<(Id, Id), Flaw> {
        match self.arena.get(id) {
            Some(Node::Tuple(members) | Node::List(members)) => match members.as_slice() {
                [key, value] => Ok((*key, *value)),
                _ => Err(self.fault("a dict entry that is no pair")),
            },
            _ => Err(self.fault("a dict entry that is no pair")),
        }
    }

    /// A tensor of `(storage, offset, shape, strides, …)`; gradients and hooks are ignored.
    fn tensor(&self) -> Result<Node, Flaw> {
        let storage = match self.argument(0) {
            Some(Node::Storage(storage)) => storage,
            Some(Node::Opaque(flaw)) => return Ok(Node::Opaque(flaw.clone())),
            _ => return Err(self.fault("a tensor without a storage")),
        };
        let Some(offset) = self.argument(1).and_then(Node::as_size) else {
            return Err(self.fault("a tensor without an offset"));
        };
        let tensor = Tensor::new(storage.clone(), offset, self.sizes(2)?, self.sizes(3)?)?;
        Ok(Node::Tensor(tensor))
    }

    /// The tensor in `(tensor, …)`.
    fn parameter(&self) -> Result<Node, Flaw> {
        match self.argument(0) {
            Some(Node::Tensor(tensor)) => Ok(Node::Tensor(tensor.clone())),
            Some(Node::Opaque(flaw)) => Ok(Node::Opaque(flaw.clone())),
            _ => Err(self.fault("a parameter without a tensor")),
        }
    }

    /// The tensor in `(function, class, arguments of the function, attributes)`, without class and attributes: torch writes
    /// this of a tensor that Python code gave attributes, or of a subclass.
    fn with_attributes(&self) -> Result<Node, Flaw> {
        match (self.argument(0), self.arguments.get(2)) {
            (Some(Node::Global(function @ (Global::RebuildTensor | Global::RebuildParameter))), Some(&arguments)) => {
                function.call(self.arena, arguments, self.at)
            }
            (Some(Node::Opaque(flaw)), _) => Ok(Node::Opaque(flaw.clone())),
            _ => Err(self.fault("a tensor with attributes, but without the function that builds it")),
        }
    }

    /// The name of a device: `('cuda', 0)` → `cuda:0`.
    fn device(&self) -> Result<Node, Flaw> {
        match (self.argument(0), self.argument(1)) {
            (Some(Node::Str(kind)), Some(Node::Int(index))) => Ok(Node::Str(format!("{kind}:{index}"))),
            (Some(Node::Str(kind)), None) => Ok(Node::Str(kind.clone())),
            _ => Err(self.fault("a device without a name")),
        }
    }

    fn argument(&self, index: usize) -> Option<&'a Node> {
        self.arguments.get(index).and_then(|&id| self.arena.get(id))
    }

    fn sequence(&self, index: usize) -> Result<&'a [Id], Flaw> {
        match self.argument(index) {
            Some(Node::Tuple(members) | Node::List(members)) => Ok(members),
            _ => Err(self.fault("an argument that is no sequence")),
        }
    }

    fn sizes(&self, index: usize) -> Result<Vec<usize>, Flaw> {
        let members = self.sequence(index)?.iter();
        let sizes = members.map(|&id| self.arena.get(id).and_then(Node::as_size)).collect::<Option<_>>();
        sizes.ok_or_else(|| self.fault("a size or stride that is negative or no integer"))
    }

    fn fault(&self, what: &'static str) -> Flaw {
        Flaw::BadPickle { at: self.at, what }
    }
}
