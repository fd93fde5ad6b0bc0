//! Which planes of an array are in memory. Kernels count the planes of the whole image: windows, pairs and padding lie where they
//! lie in it, whatever part of it there is.

use std::ops::Range;

/// Neighbouring planes of each channel of an array C×D×H×W: plane z takes the place of plane z − n.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    first: usize,
    n: usize,
}

impl Held {
    /// All of `n` planes.
    pub fn all(n: usize) -> Self {
        Self { first: 0, n }
    }

    /// `n` planes at a time, as they are worked on.
    pub fn ring(n: usize) -> Self {
        Self { first: 0, n }
    }

    /// These planes alone, the first one first.
    pub fn only(planes: &Range<usize>) -> Self {
        Self { first: planes.start, n: planes.len() }
    }

    /// Where a plane of a channel is among all that are held.
    ///
    /// # Panics
    /// If the plane lies before those that are held.
    #[inline(always)]
    pub fn plane(&self, channel: usize, z: usize) -> usize {
        assert!(z >= self.first, "plane {z} is not held");
        channel * self.n + (z - self.first) % self.n
    }

    /// Where row `y` of plane `z` of a channel begins.
    ///
    /// # Panics
    /// As [`Self::plane`].
    #[inline(always)]
    pub fn row(&self, channel: usize, z: usize, y: usize, [height, width]: [usize; 2]) -> usize {
        (self.plane(channel, z) * height + y) * width
    }
}
