//! A few planes of the input, combined along rows and columns.

use std::ops::Range;

use super::{REACH, TILE_EDGE, combine};
use crate::kernels::cpu::convolve::LANES;
use crate::kernels::cpu::simd::Simd;

/// Parts of a plane: one for each place in what a tile looks at within it.
pub const PARTS: usize = REACH * REACH;

/// So many values are held, about: they are to stay in a cache from one pair of planes to the next.
const VALUES: usize = 128 << 10;

/// As many tiles of a plane are held at least, so that what is left over of vectors is little.
const MIN_TILES: usize = 8 * LANES;

/// Values of a cache's set over all parts: 4096 bytes.
const SET: usize = 4096 / size_of::<f32>() / PARTS;

/// A band of rows of a few planes, of all channels: of each part a value for each tile, rows of tiles one after the other.
///
/// Planes are kept in a ring: the next pair of planes finds those that it shares with the last one still there.
pub struct Planes {
    /// Slots × channels × parts × tiles.
    values: Vec<f32>,
    /// The plane that each slot holds.
    held: [Option<isize>; REACH],
    /// Rows of tiles.
    band: Range<usize>,
    n_channels: usize,
    height: usize,
    width: usize,
    /// Rows and columns of padding in the first tiles.
    front: [usize; 2],
    /// Tiles of a row.
    n_tiles: usize,
    part_len: usize,
    /// A row with padding around it.
    row: Vec<f32>,
    /// The last four rows, combined: slots × places × tiles.
    rows: Vec<f32>,
    row_part_len: usize,
}

impl Planes {
    /// For planes of `n_channels × height × width`.
    pub fn new(n_channels: usize, [height, width]: [usize; 2], front: [usize; 2]) -> Self {
        let n_tiles = width.div_ceil(TILE_EDGE);
        let n_rows = height.div_ceil(TILE_EDGE);
        let per_row = REACH * PARTS * n_channels * n_tiles;
        let at_once = (VALUES / per_row.max(1)).max(MIN_TILES.div_ceil(n_tiles.max(1)));
        let band = 0..n_rows.div_ceil(n_rows.div_ceil(at_once).max(1));
        // A row of tiles may be followed by a vector. What is read together, the same place of four slots, is to lie in different sets
        // of a cache: not a multiple of 4096 bytes apart.
        let part_len = (band.len() * n_tiles).next_multiple_of(SET) + LANES;
        let row_part_len = n_tiles.next_multiple_of(LANES / 2);
        Self {
            values: vec![0.0; REACH * n_channels * PARTS * part_len],
            held: [None; REACH],
            band,
            n_channels,
            height,
            width,
            front,
            n_tiles,
            part_len,
            row: vec![0.0; TILE_EDGE * row_part_len + 2 + LANES],
            rows: vec![0.0; REACH * REACH * row_part_len],
            row_part_len,
        }
    }

    /// The bands that make the whole.
    pub fn bands(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let (n_rows, len) = (self.height.div_ceil(TILE_EDGE), self.band.len());
        (0..n_rows).step_by(len.max(1)).map(move |first| first..n_rows.min(first + len))
    }

    /// Holds rows of tiles of another band from now on, no more than the first has.
    pub fn begin(&mut self, band: Range<usize>) {
        self.band = band;
        self.held = [None; REACH];
    }

    /// Rows of tiles.
    pub fn band(&self) -> &Range<usize> {
        &self.band
    }

    /// Sees to it that plane `z` is there; `fill` writes the rows of planes inside the input, given channel, y and the row.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    pub unsafe fn hold<S: Simd>(&mut self, z: isize, depth: usize, fill: impl Fn(usize, usize, &mut [f32])) {
        let slot = slot(z);
        if self.held[slot] == Some(z) {
            return;
        }
        self.held[slot] = Some(z);
        for channel in 0..self.n_channels {
            let plane = self.start(slot, channel, 0)..self.start(slot, channel + 1, 0);
            if !(0..depth as isize).contains(&z) {
                self.values[plane].fill(0.0);
                continue;
            }
            for (index, row) in self.band.clone().enumerate() {
                let first = (TILE_EDGE * row) as isize - self.front[0] as isize - 1;
                // SAFETY: the caller's.
                unsafe {
                    for y in if index == 0 { first..first + 4 } else { first + 2..first + 4 } {
                        self.read_row::<S>(y, |y, row| fill(channel, y, row));
                    }
                    self.combine_rows::<S>(first, plane.start + index * self.n_tiles);
                }
            }
        }
    }

    /// Part number `part` of plane `z` of a channel; −1 is padding.
    pub fn part(&self, z: isize, channel: usize, part: usize) -> &[f32] {
        &self.values[self.start(slot(z), channel, part)..][..self.part_len]
    }

    /// `Bᵀ d` along row `y`: tile t looks at four columns from 2t on, padding included.
    #[inline(always)]
    unsafe fn read_row<S: Simd>(&mut self, y: isize, fill: impl Fn(usize, &mut [f32])) {
        let n_values = REACH * self.row_part_len;
        let to = &mut self.rows[row_slot(y) * n_values..][..n_values];
        let Some(y) = usize::try_from(y).ok().filter(|&y| y < self.height) else {
            to.fill(0.0);
            return;
        };
        fill(y, &mut self.row[1 + self.front[1]..][..self.width]);
        let (from, to) = (self.row.as_ptr(), to.as_mut_ptr());
        let mut tile = 0;
        while tile < self.row_part_len {
            // SAFETY: the caller's; parts are whole vectors, and the row is as long as they are and two more.
            unsafe {
                let (a, b) = S::load_pairs(from.add(TILE_EDGE * tile));
                let (c, d) = S::load_pairs(from.add(TILE_EDGE * tile + 2));
                for (place, value) in combine([a, b, c, d]).iter().enumerate() {
                    value.store(to.add(place * self.row_part_len + tile));
                }
            }
            tile += S::N;
        }
    }

    /// `Bᵀ d` along columns, of the four rows from `first` on. Rows of tiles must come in order: each writes over the beginning
    /// of the next.
    #[inline(always)]
    unsafe fn combine_rows<S: Simd>(&mut self, first: isize, start: usize) {
        let n_each = REACH * self.row_part_len;
        let mut rows = [std::ptr::null(); REACH];
        for (index, row) in rows.iter_mut().enumerate() {
            *row = self.rows[row_slot(first + index as isize) * n_each..].as_ptr();
        }
        let to = self.values[start..start + (PARTS - 1) * self.part_len + self.n_tiles.next_multiple_of(LANES / 2)].as_mut_ptr();
        for place in 0..REACH {
            let mut tile = 0;
            while tile < self.n_tiles {
                // SAFETY: the caller's; parts of rows are whole vectors.
                unsafe {
                    let mut values = [S::splat(0.0); REACH];
                    for (value, row) in values.iter_mut().zip(rows) {
                        *value = S::load(row.add(place * self.row_part_len + tile));
                    }
                    for (row, value) in combine(values).iter().enumerate() {
                        value.store(to.add((row * REACH + place) * self.part_len + tile));
                    }
                }
                tile += S::N;
            }
        }
    }

    fn start(&self, slot: usize, channel: usize, part: usize) -> usize {
        ((slot * self.n_channels + channel) * PARTS + part) * self.part_len
    }
}

/// Planes begin at −1.
fn slot(z: isize) -> usize {
    (z + 1) as usize % REACH
}

/// Rows begin at −2: the first tile may begin with padding.
fn row_slot(y: isize) -> usize {
    (y + 2) as usize % REACH
}
