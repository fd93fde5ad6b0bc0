//! One member of a .zip: as it lies in the archive, or unpacked while the archive is read.

use std::cell::{Cell, RefCell};
use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::rc::Rc;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::memory::HELD_LIMIT;
use super::zip_archive::bad;
use super::{Arrived, FileError, FileSource, Slices};
use crate::pace::LocalFuture;

/// The member's own header before its name.
const HEADER: u64 = 30;

/// How much is unpacked at once, in bytes.
const STEP: usize = 1 << 18;

/// How a member is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Stored,
    Deflated,
}

/// A member, as the archive's directory describes it.
pub(super) struct ZipMember {
    /// For messages.
    path: String,
    archive: Rc<dyn FileSource>,
    packing: Packing,
    /// Declared size after unpacking.
    size: u64,
    /// Bytes that it takes in the archive.
    packed_size: u64,
    /// Where its own header lies, behind which its bytes begin.
    header_start: u64,
    data_start: Cell<Option<u64>>,
    crc: u32,
    /// How far it was read from its beginning without a gap, with the checksum of that.
    in_order: RefCell<(u64, Crc)>,
}

impl ZipMember {
    /// `sizes`: after unpacking and in the archive.
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
        if n_bytes > HELD_LIMIT {
            return Err(self.too_large(n_bytes));
        }
        let data = self.data_range().await?;
        match self.packing {
            Packing::Stored => self.read_stored(range, data).await,
            Packing::Deflated => self.unpack(range, data).await,
        }
    }

    /// Where its bytes lie in the archive, cut where the archive ends.
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

    /// The checksum stands for the whole, so it is looked at by who reads everything in order.
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

    /// Unpacks up to the end of a range. The size may be a lie, so memory grows only with what is really there.
    async fn unpack(&self, range: Range<u64>, data: Range<u64>) -> Result<Vec<u8>, FileError> {
        let mut inflating = Inflating::new(self.archive.as_ref(), data);
        let (mut bytes, mut crc, mut position) = (Vec::new(), Crc::new(), 0);
        let mut step = vec![0; STEP];
        while position < range.end {
            let wanted = usize::try_from(range.end - position).unwrap_or(STEP).min(STEP);
            let n = inflating.read(&mut step[..wanted]).await?.map_err(|error| bad(&self.path, error.to_string()))?;
            if n == 0 {
                let n_read = position.saturating_sub(range.start);
                return Err(bad(&self.path, format!("{n_read} bytes instead of {}", range.end - range.start)));
            }
            crc.update(&step[..n]);
            let skipped = range.start.saturating_sub(position).min(n as u64) as usize;
            bytes.try_reserve(n - skipped).map_err(|_| self.too_large(range.end - range.start))?;
            bytes.extend_from_slice(&step[skipped..n]);
            position += n as u64;
        }
        if position == self.size {
            let rest = inflating.read(&mut step[..1]).await?.map_err(|error| bad(&self.path, error.to_string()))?;
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
        FileError::TooLarge { path: self.path.clone(), size, limit: HELD_LIMIT }
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

/// Packed bytes that are unpacked while they are read.
struct Inflating<'a> {
    slices: Slices<'a>,
    decoder: DeflateDecoder<Arrived>,
}

impl<'a> Inflating<'a> {
    fn new(archive: &'a dyn FileSource, data: Range<u64>) -> Self {
        Self { slices: Slices::of_range(archive, data), decoder: DeflateDecoder::new(Arrived::default()) }
    }

    /// Some of the next bytes, none at the end; inside, what the decoder says.
    async fn read(&mut self, bytes: &mut [u8]) -> Result<std::io::Result<usize>, FileError> {
        loop {
            match self.decoder.read(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.decoder.get_mut().arrive(self.slices.next().await?),
                outcome => return Ok(outcome),
            }
        }
    }
}
