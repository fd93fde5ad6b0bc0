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
            1 => (width + 1).next_multiple_of(LANES) + 3,
            _ => 2 * odd_part(width),
        };
        // A vector may be read from where the last row ends.
        let values = vec![0.0; n_planes * n_channels * (height + 2) * row_len + LANES];
        Self { values, held: vec![None; n_planes], n_channels, height, width, stride, row_len }
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
        let start = slot * self.plane_len();
        if !inside {
            let len = self.plane_len();
            self.values[start..start + len].fill(0.0);
            return;
        }
        for channel in 0..self.n_channels {
            for y in 0..self.height {
                fill(channel, y, &mut row);
                let at = start + ((y + 1) * self.n_channels + channel) * self.row_len;
                self.write(at, &row);
            }
        }
    }

    /// Where the values under the window around plane `z` lie, from [`Self::row`] on: of all channels, planes, rows and columns.
    pub fn taps(&self, z: isize, depth: usize, taps: &mut Vec<u32>) {
        let columns = match self.stride {
            1 => [0, 1, 2],
            _ => [odd_part(self.width), 0, odd_part(self.width) + 1],
        };
        taps.clear();
        for channel in 0..self.n_channels {
            for plane in 0..depth {
                let plane = self.slot(z + plane as isize - (depth / 2) as isize) * self.plane_len();
                for row in 0..3 {
                    let row = plane + (row * self.n_channels + channel) * self.row_len;
                    taps.extend(columns.map(|column| (row + column) as u32));
                }
            }
        }
    }

    /// Where the window of column `x` of row `y` begins, `x` being −1 at least for stride 1.
    pub fn row(&self, y: isize, x: isize) -> *const f32 {
        let x = if self.stride == 1 { (x + 1) as usize } else { x as usize };
        self.values[y as usize * self.n_channels * self.row_len + x..].as_ptr()
    }

    fn write(&mut self, at: usize, row: &[f32]) {
        if self.stride == 1 {
            self.values[at + 2..at + 2 + row.len()].copy_from_slice(row);
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
        (self.height + 2) * self.n_channels * self.row_len
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
