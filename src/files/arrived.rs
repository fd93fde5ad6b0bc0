//! Slices of a file as a decoder's input. A decoder cannot wait, so where the next slice is not there yet it is told so, and
//! goes on later from where it was.

use std::io::{self, BufRead, ErrorKind, Read};

/// What has arrived of a file and was not yet taken. Reading beyond it fails with [`ErrorKind::WouldBlock`].
#[derive(Default)]
pub struct Arrived {
    slice: Vec<u8>,
    n_taken: usize,
    is_end: bool,
}

impl Arrived {
    /// The next slice, or the end. Call it when all of the last slice was taken.
    pub fn arrive(&mut self, slice: Option<Vec<u8>>) {
        self.is_end = slice.is_none();
        (self.slice, self.n_taken) = (slice.unwrap_or_default(), 0);
    }
}

impl BufRead for Arrived {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.slice.get(self.n_taken..) {
            Some(rest) if !rest.is_empty() || self.is_end => Ok(rest),
            _ => Err(ErrorKind::WouldBlock.into()),
        }
    }

    fn consume(&mut self, n: usize) {
        self.n_taken += n;
    }
}

impl Read for Arrived {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = self.fill_buf()?;
        let n = rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        self.consume(n);
        Ok(n)
    }
}
