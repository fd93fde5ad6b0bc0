//! Slices of a file as a decoder's input. A decoder cannot wait: where the next slice is not there yet, reading fails with
//! [`ErrorKind::WouldBlock`], and the decoder continues where it was once the slice has been supplied.

use std::io::{self, BufRead, ErrorKind, Read};

/// The part of the current slice that was not read yet. Reading beyond it fails with [`ErrorKind::WouldBlock`].
#[derive(Default)]
pub struct SliceReader {
    slice: Vec<u8>,
    n_consumed: usize,
    is_end: bool,
}

impl SliceReader {
    /// Supplies the next slice, `None` at the end of the file. The last slice must have been consumed: what is left of it
    /// is dropped.
    pub fn supply(&mut self, slice: Option<Vec<u8>>) {
        self.is_end = slice.is_none();
        (self.slice, self.n_consumed) = (slice.unwrap_or_default(), 0);
    }
}

impl BufRead for SliceReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.slice.get(self.n_consumed..) {
            Some(rest) if !rest.is_empty() || self.is_end => Ok(rest),
            _ => Err(ErrorKind::WouldBlock.into()),
        }
    }

    fn consume(&mut self, n: usize) {
        self.n_consumed += n;
    }
}

impl Read for SliceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = self.fill_buf()?;
        let n = rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        self.consume(n);
        Ok(n)
    }
}
