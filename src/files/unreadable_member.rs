//! A member of an archive that cannot be read. It has its place in the tree all the same, so that the others can be used and
//! whoever needs this one learns what is wrong with it.

use std::ops::Range;
use std::rc::Rc;

use super::member::Members;
use super::{FileError, FileSource};
use crate::pace::LocalFuture;

/// A file that gives an error whenever it is read.
pub(super) struct UnreadableMember {
    pub(super) size: u64,
    pub(super) error: FileError,
}

impl UnreadableMember {
    /// The member at `path` (archive and member), with the reason in words that follow "it is".
    pub(super) fn new(path: String, size: u64, reason: String) -> Self {
        Self { size, error: FileError::UnreadableMember { path, reason } }
    }
}

impl FileSource for UnreadableMember {
    fn len(&self) -> u64 {
        self.size
    }

    fn read(&self, _range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        Box::pin(std::future::ready(Err(self.error.clone())))
    }
}

/// The members of an archive while they are listed.
#[derive(Default)]
pub(super) struct MemberList {
    members: Members,
    n_readable: usize,
    first_error: Option<FileError>,
}

impl MemberList {
    /// Adds a member that can be read.
    pub(super) fn add(&mut self, path: String, source: Rc<dyn FileSource>) {
        self.n_readable += 1;
        self.members.push((path, source));
    }

    /// Adds a member that cannot.
    pub(super) fn add_unreadable(&mut self, path: String, member: UnreadableMember) {
        self.first_error.get_or_insert_with(|| member.error.clone());
        self.members.push((path, Rc::new(member)));
    }

    /// All members.
    ///
    /// # Errors
    /// If none of them can be read, as in an archive with a password.
    pub(super) fn finish(self) -> Result<Members, FileError> {
        match self.first_error {
            Some(error) if self.n_readable == 0 => Err(error),
            _ => Ok(self.members),
        }
    }
}
