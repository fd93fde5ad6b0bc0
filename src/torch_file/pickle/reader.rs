//! Arguments of pickle instructions from bytes.

use crate::torch_file::Flaw;

/// A position in the pickle.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes read so far.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The next `n` bytes.
    pub(super) fn take(&mut self, n: usize) -> Result<&'a [u8], Flaw> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = rest.get(..n).ok_or_else(|| truncated(n, rest.len()))?;
        self.at += n;
        Ok(taken)
    }

    /// The next bytes as an array, for the number types' `from_le_bytes`.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Flaw> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = *rest.first_chunk::<N>().ok_or_else(|| truncated(N, rest.len()))?;
        self.at += N;
        Ok(taken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Flaw> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Flaw> {
        self.array().map(u32::from_le_bytes)
    }

    /// Bytes after their length in one byte.
    pub(super) fn short_bytes(&mut self) -> Result<&'a [u8], Flaw> {
        let n = self.u8()?;
        self.take(usize::from(n))
    }

    /// Bytes after their length in four bytes.
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Flaw> {
        let n = self.u32()?;
        self.take(usize::try_from(n).unwrap_or(usize::MAX))
    }

    /// Bytes after their length in eight bytes.
    pub(super) fn long_bytes(&mut self) -> Result<&'a [u8], Flaw> {
        let n = u64::from_le_bytes(self.array()?);
        self.take(usize::try_from(n).unwrap_or(usize::MAX))
    }

    /// Bytes up to the next line feed, which is swallowed.
    pub(super) fn line(&mut self) -> Result<&'a [u8], Flaw> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let n = rest.iter().position(|&byte| byte == b'\n').ok_or_else(|| truncated(rest.len() + 1, rest.len()))?;
        let line = self.take(n)?;
        self.at += 1;
        Ok(line)
    }
}

fn truncated(needed: usize, available: usize) -> Flaw {
    Flaw::Truncated { what: "the pickle", needed: needed as u64, available: available as u64 }
}
