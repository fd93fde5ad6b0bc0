//! A few planes of the input with zeros around them, in which the convolution finds every value under its window.

use super::convolve::LANES;

/// The same zero-padded planes of all channels, laid out for rows of a convolution.
///
/// Planes are kept in a ring: the next output plane finds those that it shares with the last one still there. For stride 2
/// the values at even and at odd places of a row lie apart, so that neighbouring windows read neighbouring values.
pub struct Slab {
    values: Vec<f32>,
    /// The plane that each slot holds.
    held: Vec<Option<isize>>,
    n_channels: usize,
    height: usize,
    width: usize,
    stride: usize,
    row_len: usize,
}

impl Slab {
    /// For `n_planes` neighbouring planes of `n_channels × height × width` at a time.
    pub fn new(n_planes: usize, n_channels: usize, [height, width]: [usize; 2], stride: usize) -> Self {
        let row_len = match stride {
            1 => width.next_multiple_of(LANES) + 2,
            _ => 2 * odd_part(width),
        };
        let values = vec![0.0; n_planes * n_channels * (height + 2) * row_len];
        Self { values, held: vec![None; n_planes], n_channels, height, width, stride, row_len }
    }

    /// From a channel to the next, in values.
    pub fn channel_stride(&self) -> usize {
        self.held.len() * self.plane_len()
    }

    /// Sees to it that plane `z` is there; `fill` writes the rows of planes inside the input, given channel, y and the row.
    pub fn hold(&mut self, z: isize, depth: usize, mut fill: impl FnMut(usize, usize, &mut [f32])) {
        let slot = self.slot(z);
        if self.held[slot] == Some(z) {
            return;
        }
        self.held[slot] = Some(z);
        let inside = (0..depth as isize).contains(&z);
        let mut row = vec![0.0; self.width];
        for channel in 0..self.n_channels {
            let start = channel * self.channel_stride() + slot * self.plane_len();
            if !inside {
                let len = self.plane_len();
                self.values[start..start + len].fill(0.0);
                continue;
            }
            for y in 0..self.height {
                fill(channel, y, &mut row);
                let at = start + (y + 1) * self.row_len;
                self.write(at, &row);
            }
        }
    }

    /// Where row `y` of plane `z` begins for each of the three voxels of a window, in the first channel.
    pub fn taps(&self, z: isize, y: isize) -> [*const f32; 3] {
        let start = self.slot(z) * self.plane_len() + (y + 1) as usize * self.row_len;
        let offsets = match self.stride {
            1 => [0, 1, 2],
            _ => [odd_part(self.width), 0, odd_part(self.width) + 1],
        };
        offsets.map(|offset| self.values[start + offset..].as_ptr())
    }

    fn write(&mut self, at: usize, row: &[f32]) {
        if self.stride == 1 {
            self.values[at + 1..at + 1 + row.len()].copy_from_slice(row);
            return;
        }
        let (even, odd) = self.values[at..at + self.row_len].split_at_mut(odd_part(self.width));
        for (to, pair) in even.iter_mut().zip(row.chunks(2)) {
            *to = pair[0];
        }
        for (to, pair) in odd[1..].iter_mut().zip(row.chunks_exact(2)) {
            *to = pair[1];
        }
    }

    fn plane_len(&self) -> usize {
        (self.height + 2) * self.row_len
    }

    /// Planes begin at −1.
    fn slot(&self, z: isize) -> usize {
        (z + 1) as usize % self.held.len()
    }
}

/// Where the values at odd places begin.
fn odd_part(width: usize) -> usize {
    width.div_ceil(2).next_multiple_of(LANES) + 1
}
