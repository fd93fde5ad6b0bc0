//! A NIfTI file, gzipped or not, read once from front to back: first the header, then the voxels part by part.

use std::io::{self, ErrorKind, Read};

use super::NiftiError;
use super::header::{HEADER_LEN, Header, HeaderKind, looks_like, not_nifti};
use super::voxel_layout::VoxelLayout;
use crate::files::{FileSource, MAX_DEFLATE_RATIO, SliceReader, Slices, stand_in};
use flate2::bufread::MultiGzDecoder;

/// Bytes that are skipped at once between header and voxels.
const SKIPPED_AT_ONCE: usize = 1 << 16;

/// The decompressed content of a file. Neither the file nor its decompressed content is ever whole in memory.
pub(super) struct NiftiStream<'a> {
    file_name: &'a str,
    /// Size of the file.
    n_bytes: u64,
    slices: Slices<'a>,
    decoder: Decoder,
    /// Number of decompressed bytes that were read.
    position: usize,
}

/// Decompresses the slices that it is supplied with.
enum Decoder {
    Plain(SliceReader),
    Gzip(Box<MultiGzDecoder<SliceReader>>),
}

impl<'a> NiftiStream<'a> {
    /// Opens the stream; only the first slice is read.
    pub async fn open(file_name: &'a str, file: &'a dyn FileSource) -> Result<Self, NiftiError> {
        let mut slices = Slices::of(file);
        let first = slices.next().await?.unwrap_or_default();
        let is_gzip = first.starts_with(&[0x1f, 0x8b]);
        let mut reader = SliceReader::default();
        reader.supply(Some(first));
        let decoder = if is_gzip { Decoder::Gzip(Box::new(MultiGzDecoder::new(reader))) } else { Decoder::Plain(reader) };
        Ok(Self { file_name, n_bytes: file.len(), slices, decoder, position: 0 })
    }

    /// Reads the header, which is the first thing in the stream.
    pub async fn header(&mut self) -> Result<Header, NiftiError> {
        let mut header = vec![0; HEADER_LEN];
        if let Err(error) = self.fill(&mut header, HEADER_LEN).await {
            let is_short = matches!(error, NiftiError::Truncated { .. }) && matches!(self.decoder, Decoder::Plain(_));
            let start = &header[..self.position.min(HEADER_LEN)];
            return Err(if is_short && stand_in(start).is_some() { not_nifti(self.file_name, looks_like(start)) } else { error });
        }
        let kind = HeaderKind::of(self.file_name, &header)?;
        header.resize(kind.n_bytes(), 0);
        self.fill(&mut header[HEADER_LEN..], kind.n_bytes()).await?;
        Header::parse(kind, &header).ok_or_else(|| not_nifti(self.file_name, looks_like(&header)))
    }

    /// Skips to the first voxel, after [`NiftiStream::header`] unless the voxels lie in a file of their own. A file that is too short for the voxels is refused here,
    /// before memory is allocated for them.
    pub async fn skip_to_voxels(&mut self, layout: &VoxelLayout) -> Result<(), NiftiError> {
        let end = (layout.data_offset + layout.n_bytes) as u64;
        let most = match self.decoder {
            Decoder::Plain(_) => self.n_bytes,
            Decoder::Gzip(_) => self.n_bytes.saturating_mul(MAX_DEFLATE_RATIO),
        };
        if end > most {
            return Err(truncated(self.file_name, end, most));
        }
        let mut skipped = vec![0; SKIPPED_AT_ONCE];
        while self.position < layout.data_offset {
            let n = (layout.data_offset - self.position).min(SKIPPED_AT_ONCE);
            self.fill(&mut skipped[..n], layout.data_offset).await?;
        }
        Ok(())
    }

    /// Fills `bytes` with the next bytes of the voxels, in the file's own order and type.
    pub async fn next_voxels(&mut self, bytes: &mut [u8], layout: &VoxelLayout) -> Result<(), NiftiError> {
        self.fill(bytes, layout.data_offset + layout.n_bytes).await
    }

    /// Reads past the voxels, so that a gzip stream reaches and verifies its checksum.
    pub async fn check_end(&mut self) -> Result<(), NiftiError> {
        if matches!(self.decoder, Decoder::Plain(_)) {
            return Ok(());
        }
        match self.read(&mut [0; 64]).await? {
            // Bytes after a complete gzip member, such as zero padding, are ignored.
            Err(error) if error.kind() == ErrorKind::InvalidInput && error.to_string().contains("checksum") => {
                Err(damaged(self.file_name, &error))
            }
            _ => Ok(()),
        }
    }

    /// Fills `bytes` with the next bytes; `needed` is the number of decompressed bytes that the caller needs in all, for the
    /// error.
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

    /// Reads some of the next bytes into `bytes` and gives their number, 0 at the end. The inner result is the decoder's, the
    /// outer one the file's.
    async fn read(&mut self, bytes: &mut [u8]) -> Result<io::Result<usize>, NiftiError> {
        loop {
            let outcome = match &mut self.decoder {
                Decoder::Plain(reader) => reader.read(bytes),
                Decoder::Gzip(decoder) => decoder.read(bytes),
            };
            match outcome {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let slice = self.slices.next().await?;
                    match &mut self.decoder {
                        Decoder::Plain(reader) => reader.supply(slice),
                        Decoder::Gzip(decoder) => decoder.get_mut().supply(slice),
                    }
                }
                outcome => return Ok(outcome),
            }
        }
    }
}

fn truncated(file_name: &str, needed: u64, found: u64) -> NiftiError {
    NiftiError::Truncated { file: file_name.to_owned(), needed, found }
}

fn damaged(file_name: &str, error: &io::Error) -> NiftiError {
    NiftiError::DamagedGzip { file: file_name.to_owned(), reason: error.to_string() }
}
