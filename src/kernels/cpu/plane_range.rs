//! Which planes of an array are in memory.
//!
//! Kernels count the planes of the whole image: windows, pairs and padding lie where they lie in it, whatever part of it
//! there is.

use std::ops::Range;

/// The planes of an array C×D×H×W that are in memory: `n` neighbouring ones of each channel. In a ring plane z takes the place
/// of plane z − n.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaneRange {
    first: usize,
    n: usize,
}

/// The planes in memory on both sides of a block: of values in the forward pass, of gradients in the backward pass.
#[derive(Debug, Clone, Copy)]
pub struct BlockPlanes {
    /// Planes of the block's input, or of the gradient with respect to it.
    pub input: PlaneRange,
    /// Planes of the block's output, or of the gradient with respect to it.
    pub output: PlaneRange,
}

impl PlaneRange {
    /// All `n` planes of an array.
    pub fn all(n: usize) -> Self {
        Self { first: 0, n }
    }

    /// A ring of `n` planes, which move through an array as it is worked on.
    pub fn ring(n: usize) -> Self {
        Self { first: 0, n }
    }

    /// These planes alone, the first one first.
    pub fn only(planes: &Range<usize>) -> Self {
        Self { first: planes.start, n: planes.len() }
    }

    /// Number of planes of each channel that are in memory.
    pub fn n_planes(&self) -> usize {
        self.n
    }

    /// The index of plane `z` of a channel among all planes in memory, channels slowest.
    ///
    /// # Panics
    /// If the plane lies before those in memory.
    #[inline(always)]
    pub fn plane(&self, channel: usize, z: usize) -> usize {
        assert!(z >= self.first, "plane {z} is not in memory");
        channel * self.n + (z - self.first) % self.n
    }

    /// The index of the first value of row `y` of plane `z` of a channel.
    ///
    /// # Panics
    /// If the plane lies before those in memory.
    #[inline(always)]
    pub fn row(&self, channel: usize, z: usize, y: usize, [height, width]: [usize; 2]) -> usize {
        (self.plane(channel, z) * height + y) * width
    }
}
