//! The input transform along rows and columns, of a few planes.

use std::ops::Range;

use super::transform::{PLANE_COMPONENTS, REACH, TILE_EDGE, transform_input};
use crate::kernels::cpu::convolve::LANES;
use crate::kernels::cpu::simd::Simd;

/// About as many values are in memory: they are to stay in a cache from one pair of planes to the next.
const VALUES: usize = 128 << 10;

/// A band has as many tiles at least, so that what is left over of vectors is little.
const MIN_TILES: usize = 8 * LANES;

/// Values of 4096 bytes, the distance at which addresses share a set of a cache, for each component of a plane.
const SET: usize = 4096 / size_of::<f32>() / PLANE_COMPONENTS;

/// A band of rows of tiles in a few planes of the transformed input, all channels: for each component within a plane one value
/// for each tile, rows of tiles one after the other.
///
/// Planes are kept in a ring: the next pair of planes finds those that it shares with the last one still there.
pub struct TransformedPlanes {
    /// Slots × channels × components within a plane × tiles.
    values: Vec<f32>,
    /// The plane of the input that each slot of the ring holds.
    slots: [Option<isize>; REACH],
    /// The rows of tiles that the band has.
    band: Range<usize>,
    n_channels: usize,
    height: usize,
    width: usize,
    /// Rows and columns of padding in the first tiles: odd axes are padded in front.
    front: [usize; 2],
    /// Tiles of a row.
    n_tiles: usize,
    /// Values from a component to the next in `values`.
    component_len: usize,
    /// A row of the input with padding around it.
    row: Vec<f32>,
    /// The last four rows, transformed along the row: slots × components along a row × tiles.
    rows: Vec<f32>,
    /// Values from a component to the next in `rows`.
    row_component_len: usize,
}

impl TransformedPlanes {
    /// Room for bands of planes of `n_channels × height × width`; `front` are rows and columns of padding in the first tiles.
    pub fn new(n_channels: usize, [height, width]: [usize; 2], front: [usize; 2]) -> Self {
        let n_tiles = width.div_ceil(TILE_EDGE);
        let n_rows = height.div_ceil(TILE_EDGE);
        let per_row = REACH * PLANE_COMPONENTS * n_channels * n_tiles;
        let at_once = (VALUES / per_row.max(1)).max(MIN_TILES.div_ceil(n_tiles.max(1)));
        let band = 0..n_rows.div_ceil(n_rows.div_ceil(at_once).max(1));
        // A row of tiles may be followed by a vector. What is read together, the same component of four slots, is to lie in different
        // sets of a cache: not a multiple of 4096 bytes apart.
        let component_len = (band.len() * n_tiles).next_multiple_of(SET) + LANES;
        let row_component_len = n_tiles.next_multiple_of(LANES / 2);
        Self {
            values: vec![0.0; REACH * n_channels * PLANE_COMPONENTS * component_len],
            slots: [None; REACH],
            band,
            n_channels,
            height,
            width,
            front,
            n_tiles,
            component_len,
            row: vec![0.0; TILE_EDGE * row_component_len + 2 + LANES],
            rows: vec![0.0; REACH * REACH * row_component_len],
            row_component_len,
        }
    }

    /// The bands of rows of tiles that together make a plane.
    pub fn bands(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let (n_rows, len) = (self.height.div_ceil(TILE_EDGE), self.band.len());
        (0..n_rows).step_by(len.max(1)).map(move |first| first..n_rows.min(first + len))
    }

    /// Begins another band, of no more rows of tiles than the first has: no plane of it is there yet.
    pub fn begin(&mut self, band: Range<usize>) {
        self.band = band;
        self.slots = [None; REACH];
    }

    /// The rows of tiles of this band.
    pub fn band(&self) -> &Range<usize> {
        &self.band
    }

    /// Transforms the band of plane `z` of an input of `depth` planes, unless it is there already; planes outside are zero. `fill`
    /// writes the rows of planes inside, given channel, y and the row.
    ///
    /// # Safety
    /// The machine has the instructions of `S`.
    #[inline(always)]
    pub unsafe fn hold<S: Simd>(&mut self, z: isize, depth: usize, fill: impl Fn(usize, usize, &mut [f32])) {
        let slot = slot(z);
        if self.slots[slot] == Some(z) {
            return;
        }
        self.slots[slot] = Some(z);
        for channel in 0..self.n_channels {
            let plane = self.start(slot, channel, 0)..self.start(slot, channel + 1, 0);
            if !(0..depth as isize).contains(&z) {
                self.values[plane].fill(0.0);
                continue;
            }
            for (index, row) in self.band.clone().enumerate() {
                let first = (TILE_EDGE * row) as isize - self.front[0] as isize - 1;
                // SAFETY: the caller's machine has the instructions of `S`; rows of tiles follow each other, each after its four rows.
                unsafe {
                    // A row of tiles shares two rows with the one before.
                    for y in if index == 0 { first..first + 4 } else { first + 2..first + 4 } {
                        self.transform_row::<S>(y, |y, row| fill(channel, y, row));
                    }
                    self.transform_columns::<S>(first, plane.start + index * self.n_tiles);
                }
            }
        }
    }

    /// A component of plane `z` of a channel, one value for each tile of the band; plane −1 is padding.
    pub fn component(&self, z: isize, channel: usize, component: usize) -> &[f32] {
        &self.values[self.start(slot(z), channel, component)..][..self.component_len]
    }

    /// The input transform `Bᵀ d` along row `y`: tile t depends on four columns from 2t on, padding included. Rows outside the input
    /// are zero.
    ///
    /// # Safety
    /// The machine has the instructions of `S`.
    #[inline(always)]
    unsafe fn transform_row<S: Simd>(&mut self, y: isize, fill: impl Fn(usize, &mut [f32])) {
        let n_values = REACH * self.row_component_len;
        let to = &mut self.rows[row_slot(y) * n_values..][..n_values];
        let Some(y) = usize::try_from(y).ok().filter(|&y| y < self.height) else {
            to.fill(0.0);
            return;
        };
        fill(y, &mut self.row[1 + self.front[1]..][..self.width]);
        let (from, to) = (self.row.as_ptr(), to.as_mut_ptr());
        let mut tile = 0;
        while tile < self.row_component_len {
            // SAFETY: the caller's machine has the instructions of `S`; components are whole vectors, and the padded row has two values
            // for each of their tiles and two more, and a vector beyond.
            unsafe {
                let (a, b) = S::load_pairs(from.add(TILE_EDGE * tile));
                let (c, d) = S::load_pairs(from.add(TILE_EDGE * tile + 2));
                for (component, value) in transform_input([a, b, c, d]).iter().enumerate() {
                    value.store(to.add(component * self.row_component_len + tile));
                }
            }
            tile += S::N;
        }
    }

    /// The input transform `Bᵀ d` along columns, of the four rows from `first` on, written from `start` on. Rows of tiles are
    /// transformed in their order: each writes up to a vector over the beginning of the next.
    ///
    /// # Safety
    /// The machine has the instructions of `S`.
    #[inline(always)]
    unsafe fn transform_columns<S: Simd>(&mut self, first: isize, start: usize) {
        let n_each = REACH * self.row_component_len;
        let mut rows = [std::ptr::null(); REACH];
        for (index, row) in rows.iter_mut().enumerate() {
            *row = self.rows[row_slot(first + index as isize) * n_each..].as_ptr();
        }
        let to =
            self.values[start..start + (PLANE_COMPONENTS - 1) * self.component_len + self.n_tiles.next_multiple_of(LANES / 2)].as_mut_ptr();
        for component in 0..REACH {
            let mut tile = 0;
            while tile < self.n_tiles {
                // SAFETY: the caller's machine has the instructions of `S`; components of rows are whole vectors, and from `to` on all
                // components have room for the row's tiles rounded up to whole vectors (sliced above).
                unsafe {
                    let mut values = [S::splat(0.0); REACH];
                    for (value, row) in values.iter_mut().zip(rows) {
                        *value = S::load(row.add(component * self.row_component_len + tile));
                    }
                    for (row, value) in transform_input(values).iter().enumerate() {
                        value.store(to.add((row * REACH + component) * self.component_len + tile));
                    }
                }
                tile += S::N;
            }
        }
    }

    /// Where a component of a channel begins in `values`.
    fn start(&self, slot: usize, channel: usize, component: usize) -> usize {
        ((slot * self.n_channels + channel) * PLANE_COMPONENTS + component) * self.component_len
    }
}

/// The slot of the ring for plane `z`, −1 being the first.
fn slot(z: isize) -> usize {
    (z + 1) as usize % REACH
}

/// The slot of row `y` among the last four, −2 being the first: the first tile may begin with padding.
fn row_slot(y: isize) -> usize {
    (y + 2) as usize % REACH
}
