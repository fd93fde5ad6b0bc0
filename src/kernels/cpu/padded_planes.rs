//! A few planes of the input with zeros around them, in which a direct convolution finds every value under its window.

use super::convolve::LANES;

/// A few zero-padded planes of all channels of an input, laid out for rows of a convolution: planes × rows × channels × columns.
///
/// Planes are kept in a ring: the next output plane finds those that it shares with the last one still there. For stride 2
/// the values at even and at odd places of a row lie apart, so that neighbouring windows read neighbouring values.
pub struct PaddedPlanes {
    values: Vec<f32>,
    /// The plane of the input that each slot of the ring holds.
    slots: Vec<Option<isize>>,
    n_channels: usize,
    height: usize,
    width: usize,
    stride: usize,
    row_len: usize,
}

impl PaddedPlanes {
    /// Room for `n_planes` neighbouring planes of `n_channels × height × width` at a time.
    pub fn new(n_planes: usize, n_channels: usize, [height, width]: [usize; 2], stride: usize) -> Self {
        let row_len = match stride {
            1 => (width + 1).next_multiple_of(LANES) + 3,
            _ => 2 * odd_part(width),
        };
        // A vector may be read from where the last row ends.
        let values = vec![0.0; n_planes * n_channels * (height + 2) * row_len + LANES];
        Self { values, slots: vec![None; n_planes], n_channels, height, width, stride, row_len }
    }

    /// Copies plane `z` of an input of `depth` planes, unless it is there already; planes outside are zero. `fill` writes the rows
    /// of planes inside, given channel, y and the row.
    pub fn hold(&mut self, z: isize, depth: usize, mut fill: impl FnMut(usize, usize, &mut [f32])) {
        let slot = self.slot(z);
        if self.slots[slot] == Some(z) {
            return;
        }
        self.slots[slot] = Some(z);
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

    /// Lists in `taps` where the values under a window of `depth` planes around plane `z` lie, from [`Self::row`] on: channels ×
    /// planes × rows × columns, the order of the weights.
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

    /// From where [`Self::taps`] count for the window of column `x` of the convolution around row `y` of the input; `x` may be −1
    /// for stride 1.
    pub fn row(&self, y: isize, x: isize) -> *const f32 {
        let x = if self.stride == 1 { (x + 1) as usize } else { x as usize };
        self.values[y as usize * self.n_channels * self.row_len + x..].as_ptr()
    }

    /// Writes a row of the input inside its padding; `at` is where the padded row begins.
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

    /// Values of a padded plane, all channels.
    fn plane_len(&self) -> usize {
        (self.height + 2) * self.n_channels * self.row_len
    }

    /// The slot of the ring for plane `z`, −1 being the first.
    fn slot(&self, z: isize) -> usize {
        (z + 1) as usize % self.slots.len()
    }
}

/// Where in a padded row for stride 2 the values at odd places begin.
fn odd_part(width: usize) -> usize {
    width.div_ceil(2).next_multiple_of(LANES) + 1
}
