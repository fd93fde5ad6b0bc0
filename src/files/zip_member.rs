//! One member of a .zip: a range of the archive, or decompressed while the archive is read.

use std::cell::{OnceCell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use flate2::Crc;

use super::inflated::InflatedFile;
use super::memory::MEMORY_LIMIT;
use super::{FileError, FileSource};
use crate::pace::LocalFuture;

/// Bytes of a member's own header before its name.
const HEADER: u64 = 30;

/// How a member is stored in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// Without compression.
    Stored,
    /// Compressed with deflate.
    Deflated,
}

/// A member, as the archive's directory describes it.
pub(super) struct ZipMember {
    /// Archive and member, for messages.
    path: String,
    archive: Rc<dyn FileSource>,
    packing: Packing,
    /// Declared size after decompression, in bytes.
    size: u64,
    /// Bytes that it takes in the archive.
    packed_size: u64,
    /// Position of its own header in the archive; its bytes begin behind the header.
    header_start: u64,
    /// Position of its bytes in the archive, cut where the archive ends, once its header was read.
    data: OnceCell<Range<u64>>,
    /// Its content, once its header was read, if it is compressed.
    inflated: OnceCell<InflatedFile>,
    /// Declared CRC-32 of the decompressed bytes.
    crc: u32,
    /// Number of bytes that were read from the beginning without a gap, and their checksum; of a member that is not compressed.
    in_order: RefCell<(u64, Crc)>,
}

impl ZipMember {
    /// `[size, packed_size]` are bytes after decompression and in the archive; `(header_start, crc)` are the position of the
    /// member's own header and its declared checksum.
    pub(super) fn new(
        path: String,
        archive: Rc<dyn FileSource>,
        packing: Packing,
        [size, packed_size]: [u64; 2],
        (header_start, crc): (u64, u32),
    ) -> Self {
        let in_order = RefCell::new((0, Crc::new()));
        let (data, inflated) = (OnceCell::new(), OnceCell::new());
        Self { path, archive, packing, size, packed_size, header_start, data, inflated, crc, in_order }
    }

    async fn read_range(&self, range: Range<u64>) -> Result<Vec<u8>, FileError> {
        let n_bytes = range.end.checked_sub(range.start).filter(|_| range.end <= self.size);
        let n_bytes = n_bytes.ok_or(FileError::OutsideFile { start: range.start, end: range.end, size: self.size })?;
        if n_bytes > MEMORY_LIMIT {
            return Err(FileError::TooLarge { path: self.path.clone(), size: n_bytes, limit: MEMORY_LIMIT });
        }
        let data = self.data_range().await?;
        match self.packing {
            Packing::Stored => self.read_stored(range, data).await,
            Packing::Deflated => {
                let whole = || InflatedFile::new(self.path.clone(), self.archive.clone(), data, self.size, self.crc);
                self.inflated.get_or_init(whole).read(range).await
            }
        }
    }

    /// The range of its bytes in the archive, cut where the archive ends.
    async fn data_range(&self) -> Result<Range<u64>, FileError> {
        if let Some(data) = self.data.get() {
            return Ok(data.clone());
        }
        let n_bytes = self.archive.len();
        let header = self.header_start.min(n_bytes)..self.header_start.saturating_add(HEADER).min(n_bytes);
        let header = self.archive.read(header).await?;
        let broken = || bad(&self.path, "Invalid local file header".to_owned());
        let rest = header.strip_prefix(b"PK\x03\x04").ok_or_else(broken)?;
        let [.., n0, n1, x0, x1] = *rest.first_chunk::<26>().ok_or_else(broken)?;
        let variable = u64::from(u16::from_le_bytes([n0, n1])) + u64::from(u16::from_le_bytes([x0, x1]));
        let start = self.header_start + HEADER + variable;
        Ok(self.data.get_or_init(|| start.min(n_bytes)..start.saturating_add(self.packed_size).min(n_bytes)).clone())
    }

    /// Reads a range of a member that is not compressed. The checksum is that of the whole member, so it is verified when the
    /// member is read from beginning to end without a gap.
    async fn read_stored(&self, range: Range<u64>, data: Range<u64>) -> Result<Vec<u8>, FileError> {
        let n_there = data.end - data.start;
        if range.end > n_there {
            let n_read = n_there.saturating_sub(range.start);
            return Err(bad(&self.path, format!("{n_read} bytes instead of {}", range.end - range.start)));
        }
        if n_there > self.size {
            return Err(bad(&self.path, format!("more than the {} bytes it declares", self.size)));
        }
        let bytes = self.archive.read(data.start + range.start..data.start + range.end).await?;
        let mut in_order = self.in_order.borrow_mut();
        if range.start == 0 {
            *in_order = (0, Crc::new());
        }
        if range.start == in_order.0 {
            in_order.0 = range.end;
            in_order.1.update(&bytes);
            if range.end == self.size && in_order.1.sum() != self.crc {
                return Err(bad(&self.path, "Invalid checksum".to_owned()));
            }
        }
        Ok(bytes)
    }
}

impl FileSource for ZipMember {
    fn len(&self) -> u64 {
        self.size
    }

    fn reads_in_parts(&self) -> bool {
        self.packing == Packing::Stored
    }

    fn reads_in_order(&self) -> bool {
        true
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        Box::pin(self.read_range(range))
    }
}

/// The error about the ZIP archive, or the member of one, at `path`.
pub(super) fn bad(path: &str, reason: String) -> FileError {
    FileError::bad_archive(path, "zip", reason)
}
