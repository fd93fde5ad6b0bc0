//! A NIfTI file behind gzip or not, from front to back: first the header, then the voxels part by part.

use std::io::{self, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;
use nifti::NiftiHeader;

use super::grid::Grid;
use super::{HEADER_LEN, NiftiError};
use crate::files::{Arrived, FileSource, Slices};

/// Most bytes that deflate can make of one byte; a header that promises more is lying.
const MAX_DEFLATE_RATIO: u64 = 1032;

/// Where the magic number lies in the header.
const MAGIC: std::ops::Range<usize> = 344..348;

/// How much is passed over at once between header and voxels, in bytes.
const PASSED_AT_ONCE: usize = 1 << 16;

/// A file's content, read once. Neither the file nor what is unpacked of it is ever held whole.
pub(super) struct Content<'a> {
    file_name: &'a str,
    n_bytes: u64,
    slices: Slices<'a>,
    unpacked: Unpacked,
    /// Unpacked bytes that were taken.
    position: usize,
}

enum Unpacked {
    Plain(Arrived),
    Gzip(Box<MultiGzDecoder<Arrived>>),
}

impl<'a> Content<'a> {
    /// Looks at the first bytes only.
    pub async fn open(file_name: &'a str, file: &'a dyn FileSource) -> Result<Self, NiftiError> {
        let mut slices = Slices::of(file);
        let first = slices.next().await?.unwrap_or_default();
        let is_gzip = first.starts_with(&[0x1f, 0x8b]);
        let mut arrived = Arrived::default();
        arrived.arrive(Some(first));
        let unpacked = if is_gzip { Unpacked::Gzip(Box::new(MultiGzDecoder::new(arrived))) } else { Unpacked::Plain(arrived) };
        Ok(Self { file_name, n_bytes: file.len(), slices, unpacked, position: 0 })
    }

    /// The header. Call it first.
    pub async fn header(&mut self) -> Result<NiftiHeader, NiftiError> {
        let mut header = [0; HEADER_LEN];
        self.fill(&mut header, HEADER_LEN).await?;
        check_kind(self.file_name, &header)?;
        // The crate reports bad magic numbers and short reads, and both were checked.
        let header = NiftiHeader::from_reader(header.as_slice());
        header.map_err(|_| NiftiError::NotNifti { file: self.file_name.to_owned() })
    }

    /// Goes to the first voxel. Call it after [`Content::header`]. A file that is too short for the voxels is refused here,
    /// before memory is taken for them.
    pub async fn go_to_voxels(&mut self, grid: &Grid) -> Result<(), NiftiError> {
        let end = (grid.data_offset + grid.n_bytes) as u64;
        let most = match self.unpacked {
            Unpacked::Plain(_) => self.n_bytes,
            Unpacked::Gzip(_) => self.n_bytes.saturating_mul(MAX_DEFLATE_RATIO),
        };
        if end > most {
            return Err(truncated(self.file_name, end, most));
        }
        let mut passed = vec![0; PASSED_AT_ONCE];
        while self.position < grid.data_offset {
            let n = (grid.data_offset - self.position).min(PASSED_AT_ONCE);
            self.fill(&mut passed[..n], grid.data_offset).await?;
        }
        Ok(())
    }

    /// The next bytes of the voxels, in the file's own order and type.
    pub async fn next_voxels(&mut self, bytes: &mut [u8], grid: &Grid) -> Result<(), NiftiError> {
        self.fill(bytes, grid.data_offset + grid.n_bytes).await
    }

    /// Reads past the voxels: only at its end does a gzip stream check its own sum.
    pub async fn check_end(&mut self) -> Result<(), NiftiError> {
        if matches!(self.unpacked, Unpacked::Plain(_)) {
            return Ok(());
        }
        match self.read(&mut [0; 64]).await? {
            // Bytes after a complete gzip member, such as zero padding, are none of our business.
            Err(error) if error.kind() == ErrorKind::InvalidInput && error.to_string().contains("checksum") => {
                Err(damaged(self.file_name, &error))
            }
            _ => Ok(()),
        }
    }

    /// Exactly the next bytes; `needed` is up to where the content is asked for altogether.
    async fn fill(&mut self, bytes: &mut [u8], needed: usize) -> Result<(), NiftiError> {
        let mut n_filled = 0;
        while n_filled < bytes.len() {
            let n = match self.read(&mut bytes[n_filled..]).await? {
                Ok(n) => n,
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => 0,
                Err(error) => return Err(damaged(self.file_name, &error)),
            };
            if n == 0 {
                return Err(truncated(self.file_name, needed as u64, self.position as u64));
            }
            n_filled += n;
            self.position += n;
        }
        Ok(())
    }

    /// Some of the next bytes, none at the end; inside, what the decoder says.
    async fn read(&mut self, bytes: &mut [u8]) -> Result<io::Result<usize>, NiftiError> {
        loop {
            let outcome = match &mut self.unpacked {
                Unpacked::Plain(arrived) => arrived.read(bytes),
                Unpacked::Gzip(decoder) => decoder.read(bytes),
            };
            match outcome {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let slice = self.slices.next().await?;
                    match &mut self.unpacked {
                        Unpacked::Plain(arrived) => arrived.arrive(slice),
                        Unpacked::Gzip(decoder) => decoder.get_mut().arrive(slice),
                    }
                }
                outcome => return Ok(outcome),
            }
        }
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

fn truncated(file_name: &str, needed: u64, found: u64) -> NiftiError {
    NiftiError::Truncated { file: file_name.to_owned(), needed, found }
}

fn damaged(file_name: &str, error: &io::Error) -> NiftiError {
    NiftiError::DamagedGzip { file: file_name.to_owned(), reason: error.to_string() }
}
