//! One member of a .zip: a range of the archive, or decompressed while the archive is read.

use std::cell::{Cell, RefCell};
use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::rc::Rc;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::memory::MEMORY_LIMIT;
use super::{FileError, FileSource, SliceReader, Slices};
use crate::pace::LocalFuture;

/// Bytes of a member's own header before its name.
const HEADER: u64 = 30;

/// Bytes that are decompressed at once.
const BUFFER: usize = 1 << 18;

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
    /// Position of its first byte in the archive, once its header was read.
    data_start: Cell<Option<u64>>,
    /// Declared CRC-32 of the decompressed bytes.
    crc: u32,
    /// Number of bytes that were read from the beginning without a gap, and their checksum.
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
        Self { path, archive, packing, size, packed_size, header_start, data_start: Cell::new(None), crc, in_order }
    }

    async fn read_range(&self, range: Range<u64>) -> Result<Vec<u8>, FileError> {
        let n_bytes = range.end.checked_sub(range.start).filter(|_| range.end <= self.size);
        let n_bytes = n_bytes.ok_or(FileError::OutsideFile { start: range.start, end: range.end, size: self.size })?;
        if n_bytes > MEMORY_LIMIT {
            return Err(self.too_large(n_bytes));
        }
        let data = self.data_range().await?;
        match self.packing {
            Packing::Stored => self.read_stored(range, data).await,
            Packing::Deflated => self.decompress(range, data).await,
        }
    }

    /// The range of its bytes in the archive, cut where the archive ends.
    async fn data_range(&self) -> Result<Range<u64>, FileError> {
        let n_bytes = self.archive.len();
        let start = match self.data_start.get() {
            Some(start) => start,
            None => {
                let header = self.header_start.min(n_bytes)..self.header_start.saturating_add(HEADER).min(n_bytes);
                let header = self.archive.read(header).await?;
                let broken = || bad(&self.path, "Invalid local file header".to_owned());
                let rest = header.strip_prefix(b"PK\x03\x04").ok_or_else(broken)?;
                let [.., n0, n1, x0, x1] = *rest.first_chunk::<26>().ok_or_else(broken)?;
                let variable = u64::from(u16::from_le_bytes([n0, n1])) + u64::from(u16::from_le_bytes([x0, x1]));
                self.header_start + HEADER + variable
            }
        };
        self.data_start.set(Some(start));
        Ok(start.min(n_bytes)..start.saturating_add(self.packed_size).min(n_bytes))
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
            return Err(self.longer_than_declared());
        }
        let bytes = self.archive.read(data.start + range.start..data.start + range.end).await?;
        let mut in_order = self.in_order.borrow_mut();
        if range.start == 0 {
            *in_order = (0, Crc::new());
        }
        if range.start == in_order.0 {
            in_order.0 = range.end;
            in_order.1.update(&bytes);
            if range.end == self.size {
                self.check(&in_order.1)?;
            }
        }
        Ok(bytes)
    }

    /// Decompresses up to the end of `range`. The declared size may be wrong, so memory grows only with bytes that are there.
    async fn decompress(&self, range: Range<u64>, data: Range<u64>) -> Result<Vec<u8>, FileError> {
        let mut stream = InflateStream::new(self.archive.as_ref(), data);
        let (mut bytes, mut crc, mut position) = (Vec::new(), Crc::new(), 0);
        let mut buffer = vec![0; BUFFER];
        while position < range.end {
            let wanted = usize::try_from(range.end - position).unwrap_or(BUFFER).min(BUFFER);
            let n = stream.read(&mut buffer[..wanted]).await?.map_err(|error| bad(&self.path, error.to_string()))?;
            if n == 0 {
                let n_read = position.saturating_sub(range.start);
                return Err(bad(&self.path, format!("{n_read} bytes instead of {}", range.end - range.start)));
            }
            crc.update(&buffer[..n]);
            let skipped = range.start.saturating_sub(position).min(n as u64) as usize;
            bytes.try_reserve(n - skipped).map_err(|_| self.too_large(range.end - range.start))?;
            bytes.extend_from_slice(&buffer[skipped..n]);
            position += n as u64;
        }
        if position == self.size {
            let rest = stream.read(&mut buffer[..1]).await?.map_err(|error| bad(&self.path, error.to_string()))?;
            if rest != 0 {
                return Err(self.longer_than_declared());
            }
            self.check(&crc)?;
        }
        Ok(bytes)
    }

    fn check(&self, crc: &Crc) -> Result<(), FileError> {
        if crc.sum() == self.crc { Ok(()) } else { Err(bad(&self.path, "Invalid checksum".to_owned())) }
    }

    fn longer_than_declared(&self) -> FileError {
        bad(&self.path, format!("more than the {} bytes it declares", self.size))
    }

    fn too_large(&self, size: u64) -> FileError {
        FileError::TooLarge { path: self.path.clone(), size, limit: MEMORY_LIMIT }
    }
}

impl FileSource for ZipMember {
    fn len(&self) -> u64 {
        self.size
    }

    fn reads_in_parts(&self) -> bool {
        self.packing == Packing::Stored
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        Box::pin(self.read_range(range))
    }
}

/// A deflate stream that is decompressed while its slices are read.
struct InflateStream<'a> {
    slices: Slices<'a>,
    decoder: DeflateDecoder<SliceReader>,
}

impl<'a> InflateStream<'a> {
    fn new(archive: &'a dyn FileSource, data: Range<u64>) -> Self {
        Self { slices: Slices::of_range(archive, data), decoder: DeflateDecoder::new(SliceReader::default()) }
    }

    /// Reads some of the next bytes into `bytes` and gives their number, 0 at the end. The inner result is the decoder's, the
    /// outer one the file's.
    async fn read(&mut self, bytes: &mut [u8]) -> Result<std::io::Result<usize>, FileError> {
        loop {
            match self.decoder.read(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.decoder.get_mut().supply(self.slices.next().await?),
                outcome => return Ok(outcome),
            }
        }
    }
}

/// The error about the ZIP archive, or the member of one, at `path`.
pub(super) fn bad(path: &str, reason: String) -> FileError {
    FileError::bad_archive(path, "zip", reason)
}
