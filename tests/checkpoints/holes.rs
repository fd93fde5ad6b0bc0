//! A file of any size that is mostly holes: what is written in large pieces is forgotten and read as zeros, so that memory
//! can be measured without the file in it.

use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;

use maplens::files::{FileError, FileSource};
use maplens::pace::LocalFuture;

/// Pieces of this size or larger are forgotten.
const LARGE: usize = 1 << 16;

/// The small pieces, in the order in which they were written.
#[derive(Default)]
pub struct Holes {
    pieces: Vec<(u64, Vec<u8>)>,
    position: u64,
    length: u64,
}

impl Write for Holes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() < LARGE {
            self.pieces.push((self.position, bytes.to_vec()));
        }
        self.position += bytes.len() as u64;
        self.length = self.length.max(self.position);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Holes {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

impl FileSource for Holes {
    fn len(&self) -> u64 {
        self.length
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        for (start, piece) in &self.pieces {
            let (from, to) = (range.start.max(*start), range.end.min(start + piece.len() as u64));
            if from < to {
                let part = &piece[(from - start) as usize..(to - start) as usize];
                bytes[(from - range.start) as usize..(to - range.start) as usize].copy_from_slice(part);
            }
        }
        Box::pin(std::future::ready(Ok(bytes)))
    }
}
