//! The bytes of a NIfTI file behind gzip or not: first the header, then exactly the voxels.

use std::borrow::Cow;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use nifti::NiftiHeader;

use super::grid::Grid;
use super::{HEADER_LEN, NiftiError};

/// Most bytes that deflate can make of one byte; a header that promises more is lying.
const MAX_DEFLATE_RATIO: u64 = 1032;

/// Where the magic number lies in the header.
const MAGIC: std::ops::Range<usize> = 344..348;

/// A file's content, read once from front to back.
pub(super) struct Content<'a> {
    file_name: &'a str,
    bytes: &'a [u8],
    unpacked: Unpacked<'a>,
}

enum Unpacked<'a> {
    Plain,
    Gzip(Box<MultiGzDecoder<&'a [u8]>>),
}

impl<'a> Content<'a> {
    /// Looks at the first bytes only.
    pub fn open(file_name: &'a str, bytes: &'a [u8]) -> Self {
        let is_gzip = bytes.starts_with(&[0x1f, 0x8b]);
        let unpacked = if is_gzip { Unpacked::Gzip(Box::new(MultiGzDecoder::new(bytes))) } else { Unpacked::Plain };
        Self { file_name, bytes, unpacked }
    }

    /// The header. Call it first.
    pub fn header(&mut self) -> Result<NiftiHeader, NiftiError> {
        let header = match &mut self.unpacked {
            Unpacked::Plain => Cow::Borrowed(self.bytes.get(..HEADER_LEN).ok_or_else(|| self.too_short())?),
            Unpacked::Gzip(decoder) => Cow::Owned(inflate(self.file_name, decoder, HEADER_LEN, 0)?),
        };
        check_kind(self.file_name, &header)?;
        // The crate reports bad magic numbers and short reads, and both were checked.
        NiftiHeader::from_reader(&*header).map_err(|_| NiftiError::NotNifti { file: self.file_name.to_owned() })
    }

    /// The voxels' bytes in the file's own order and type. Call it after [`Content::header`].
    pub fn voxel_bytes(&mut self, grid: &Grid) -> Result<Cow<'a, [u8]>, NiftiError> {
        let end = grid.data_offset + grid.n_bytes;
        match &mut self.unpacked {
            Unpacked::Plain => {
                let found = self.bytes.get(grid.data_offset..end);
                Ok(Cow::Borrowed(found.ok_or_else(|| truncated(self.file_name, end as u64, self.bytes.len() as u64))?))
            }
            Unpacked::Gzip(decoder) => {
                check_ratio(self.file_name, end as u64, self.bytes.len() as u64)?;
                let gap = inflate(self.file_name, decoder, grid.data_offset - HEADER_LEN, HEADER_LEN)?;
                let voxels = inflate(self.file_name, decoder, grid.n_bytes, HEADER_LEN + gap.len())?;
                check_end(self.file_name, decoder)?;
                Ok(Cow::Owned(voxels))
            }
        }
    }

    fn too_short(&self) -> NiftiError {
        truncated(self.file_name, HEADER_LEN as u64, self.bytes.len() as u64)
    }
}

/// Tells NIfTI-1 in one file from its relatives.
fn check_kind(file_name: &str, header: &[u8]) -> Result<(), NiftiError> {
    let file = file_name.to_owned();
    let is_nifti2 = header.starts_with(&540i32.to_le_bytes()) || header.starts_with(&540i32.to_be_bytes());
    match header.get(MAGIC) {
        _ if is_nifti2 => Err(NiftiError::Nifti2 { file }),
        Some(b"n+1\0") => Ok(()),
        Some(b"ni1\0") => Err(NiftiError::TwoFiles { file }),
        _ => Err(NiftiError::NotNifti { file }),
    }
}

/// Exactly `n` more bytes of the stream, of which `before` bytes were read already.
fn inflate(file_name: &str, decoder: &mut impl Read, n: usize, before: usize) -> Result<Vec<u8>, NiftiError> {
    let mut bytes = Vec::new();
    let no_memory = |_| NiftiError::DamagedGzip { file: file_name.to_owned(), reason: format!("no memory for {n} bytes") };
    bytes.try_reserve_exact(n).map_err(no_memory)?;
    let outcome = decoder.take(n as u64).read_to_end(&mut bytes);
    let found = (before + bytes.len()) as u64;
    match outcome {
        Ok(_) if bytes.len() == n => Ok(bytes),
        Ok(_) => Err(truncated(file_name, (before + n) as u64, found)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(truncated(file_name, (before + n) as u64, found)),
        Err(error) => Err(damaged(file_name, &error)),
    }
}

/// A header may promise gigabytes that a short stream cannot hold: refuse before any memory is taken.
fn check_ratio(file_name: &str, promised: u64, packed: u64) -> Result<(), NiftiError> {
    let most = packed.saturating_mul(MAX_DEFLATE_RATIO);
    if promised > most { Err(truncated(file_name, promised, most)) } else { Ok(()) }
}

/// Reads past the voxels: only at its end does the stream check its own sum.
fn check_end(file_name: &str, decoder: &mut impl Read) -> Result<(), NiftiError> {
    match decoder.read(&mut [0; 64]) {
        // Bytes after a complete gzip member, such as zero padding, are none of our business.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput && error.to_string().contains("checksum") => {
            Err(damaged(file_name, &error))
        }
        _ => Ok(()),
    }
}

fn truncated(file_name: &str, needed: u64, found: u64) -> NiftiError {
    NiftiError::Truncated { file: file_name.to_owned(), needed, found }
}

fn damaged(file_name: &str, error: &io::Error) -> NiftiError {
    NiftiError::DamagedGzip { file: file_name.to_owned(), reason: error.to_string() }
}
