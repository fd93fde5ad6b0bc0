//! Why bytes could not be read or written.

/// Why bytes could not be read or written; each variant names the file as the user knows it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// No such path.
    #[error("{path}: no such file among those that were given")]
    NotFound {
        /// The path asked for.
        path: String,
    },
    /// The browser or the disk refused to read.
    #[error("{path}: could not be read ({reason})")]
    Unreadable {
        /// The file.
        path: String,
        /// The refusal in the platform's words.
        reason: String,
    },
    /// A file of the page's own server did not arrive, for there was no answer.
    #[error("{path}: could not be fetched, the network or the page's server cannot be reached ({reason})")]
    Unreachable {
        /// The file.
        path: String,
        /// The refusal in the platform's words.
        reason: String,
    },
    /// The page's own server answered, but not with the file.
    #[error("{path}: could not be fetched from the page's server ({reason})")]
    NotServed {
        /// The file.
        path: String,
        /// What came instead.
        reason: String,
    },
    /// The browser or the disk refused to write.
    #[error("{path}: could not be written ({reason})")]
    Unwritable {
        /// The file.
        path: String,
        /// The refusal in the platform's words.
        reason: String,
    },
    /// The file is larger than this program is ready to hold in memory.
    #[error("{path}: {size} bytes, but at most {limit} can be held in memory")]
    TooLarge {
        /// The file.
        path: String,
        /// Declared size of the file in bytes.
        size: u64,
        /// Most bytes that are accepted.
        limit: u64,
    },
    /// A path that is absolute or leads out of its folder.
    #[error("{path}: a path that leads out of the folder is not accepted")]
    UnsafePath {
        /// The path as given.
        path: String,
    },
    /// Bytes beyond the end were asked for.
    #[error("bytes {start} to {end} were asked of a file of {size} bytes")]
    OutsideFile {
        /// First byte asked for.
        start: u64,
        /// One behind the last byte asked for.
        end: u64,
        /// Size of the file in bytes.
        size: u64,
    },
    /// The file is packed by a method that is not read.
    #[error("{path}: packed with {packing}, which is not read")]
    UnreadPacking {
        /// The file.
        path: String,
        /// The packing.
        packing: &'static str,
    },
    /// The archive holds another one and no file of a study.
    #[error("{path}: an archive in which lies another one ({inner}), and no file that is read")]
    ArchiveInArchive {
        /// The archive.
        path: String,
        /// Path of the other within it.
        inner: String,
    },
    /// A member of an archive cannot be read, though the archive can.
    #[error("{path}: cannot be read from its archive: it is {reason}")]
    UnreadableMember {
        /// Archive and member.
        path: String,
        /// What was done to the member.
        reason: String,
    },
    /// The file is no archive of the format that its name has, or a broken one.
    #[error("{path}: not a readable {format} archive ({reason})")]
    BadArchive {
        /// The archive.
        path: String,
        /// `zip`, `tar` or `tar.gz`.
        format: &'static str,
        /// What is wrong.
        reason: String,
    },
}

impl FileError {
    /// A [`FileError::BadArchive`] about the archive, or the member of an archive, at `path`.
    pub(super) fn bad_archive(path: &str, format: &'static str, reason: impl Into<String>) -> Self {
        Self::BadArchive { path: path.to_owned(), format, reason: reason.into() }
    }

    /// Whether an archive is the matter that cannot be opened, and not what may not be opened.
    pub(super) fn is_about_packing(&self) -> bool {
        matches!(self, Self::BadArchive { .. } | Self::UnreadPacking { .. } | Self::ArchiveInArchive { .. } | Self::UnreadableMember { .. })
    }

    /// What the user may do.
    pub fn hint(&self) -> &'static str {
        match self {
            FileError::NotFound { .. } => "give the whole folder again: a file of it has gone",
            FileError::Unreachable { .. } => "check the network connection and try again; what is open already works without it",
            FileError::NotServed { .. } => "reload the page; if that does not help, its copy on the server is incomplete",
            FileError::Unwritable { .. } => {
                "free some disk space, forget results that are not needed any more, and see that the folder may be written to"
            }
            FileError::TooLarge { .. } => "give it unpacked, or in smaller parts",
            FileError::BadArchive { .. } => "copy or download it again, or give the unpacked folder, or a .zip, .tar or .tar.gz of it",
            FileError::UnreadPacking { .. } => "unpack it, and give the folder or file, or pack it as .zip, .tar or .tar.gz",
            FileError::ArchiveInArchive { .. } => "unpack it, and give the archive that lies in it, or the unpacked folder",
            FileError::UnreadableMember { .. } => "unpack the archive with the program that made it, and give the folder",
            _ => "check that the file is complete and may be read, and give it again",
        }
    }
}
