//! The files of an archive, before they are placed in the tree.

use std::rc::Rc;

use super::FileSource;

/// A file of an archive, with its clean path within the archive.
pub(super) type Member = (String, Rc<dyn FileSource>);

/// All files of an archive.
pub(super) type Members = Vec<Member>;
