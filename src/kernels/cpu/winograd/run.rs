//! Pairs of planes, one after the other: rows of tiles, a few at once, all output channels.

use std::ops::Range;

use super::combined::Combined;
use super::planes::Planes;
use super::tile::{Scratch, add_up, products};
use super::{COMPONENTS, Convolution, REACH, TILE_EDGE, VOXELS};
use crate::kernels::cpu::convolve::{CHANNELS, Finish, LANES, TILE};
use crate::kernels::cpu::destination::Destination;
use crate::kernels::cpu::forward::Fill;
use crate::kernels::cpu::pool;
use crate::kernels::cpu::simd::{self, Job, Simd};
use crate::kernels::winner;

/// Neighbouring pairs of planes.
pub struct Run<'a> {
    convolution: &'a Convolution,
    fill: &'a Fill<'a>,
    input: [usize; 3],
    to: Destination<'a>,
    /// Voxels of padding in the first tiles: odd axes are padded in front, as pooling pads them.
    front: [usize; 3],
    /// Tiles along each axis.
    tiles: [usize; 3],
    planes: Planes,
    combined: Combined,
    scratch: Box<Scratch>,
}

impl<'a> Run<'a> {
    /// Begins with no planes.
    pub fn new(convolution: &'a Convolution, fill: &'a Fill<'a>, input: [usize; 3], to: Destination<'a>) -> Self {
        let n_in = convolution.geometry.n_in;
        let front = input.map(|n| n % TILE_EDGE);
        let [_, height, width] = input;
        Self {
            convolution,
            fill,
            input,
            to,
            front,
            tiles: input.map(|n| n.div_ceil(TILE_EDGE)),
            planes: Planes::new(n_in, [height, width], [front[1], front[2]]),
            combined: Combined::new(n_in),
            scratch: Box::new([0.0; COMPONENTS * CHANNELS * LANES]),
        }
    }

    /// Computes planes of the output.
    pub fn compute(&mut self, planes: &Range<usize>) {
        for band in self.planes.bands() {
            self.planes.begin(band);
            for step in self.steps(planes) {
                simd::run(Step { run: self, step, planes: planes.clone() });
            }
        }
    }

    /// The pairs of planes in which planes of the output are computed.
    fn steps(&self, planes: &Range<usize>) -> Range<usize> {
        if self.convolution.geometry.pool {
            return planes.clone();
        }
        let front = self.front[0];
        (planes.start + front) / TILE_EDGE..(planes.end + front).div_ceil(TILE_EDGE)
    }
}

/// One pair of planes of the convolution; of what is not pooled, `planes` are wanted.
struct Step<'r, 'a> {
    run: &'r mut Run<'a>,
    step: usize,
    planes: Range<usize>,
}

impl Job for Step<'_, '_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { run, step, planes } = self;
        let (before, n_tiles) = (run.planes.band().start * run.tiles[2], run.planes.band().len() * run.tiles[2]);
        let at_once = run.combined.n_tiles();
        // SAFETY: the caller's.
        unsafe {
            run.hold::<S>(step);
            for first in (0..n_tiles).step_by(at_once) {
                let tiles = first..n_tiles.min(first + at_once);
                run.combined.combine::<S>(&run.planes, run.first(0, step) - 1, first, tiles.len());
                run.tiles::<S>(step, before + tiles.start..before + tiles.end, &planes);
            }
        }
    }
}

impl Run<'_> {
    /// Sees to it that the planes are there that a step looks at.
    #[inline(always)]
    unsafe fn hold<S: Simd>(&mut self, step: usize) {
        let first = self.first(0, step) - 1;
        for z in first.max(-1)..first + REACH as isize {
            // SAFETY: the caller's.
            unsafe { self.planes.hold::<S>(z, self.input[0], |channel, y, row| (self.fill)(channel, z as usize, y, row)) };
        }
    }

    /// The first voxel of a tile along an axis; −1 is padding.
    #[inline(always)]
    fn first(&self, axis: usize, tile: usize) -> isize {
        (TILE_EDGE * tile) as isize - self.front[axis] as isize
    }

    /// All channels of tiles; of a few tiles one after the other, so that what they read stays in the cache.
    #[inline(always)]
    unsafe fn tiles<S: Simd>(&mut self, step: usize, tiles: Range<usize>, planes: &Range<usize>) {
        let convolution = self.convolution;
        for (index, first) in tiles.clone().step_by(TILE * S::N).enumerate() {
            let tiles = first..tiles.end.min(first + TILE * S::N);
            let padding = self.padding(step, tiles.clone());
            for (group, finish) in convolution.finish.iter().enumerate() {
                let weight = convolution.kernels.of_group(group);
                // SAFETY: the caller's.
                unsafe {
                    products::<S>(self.combined.block::<S>(index), weight, &mut self.scratch);
                    match convolution.geometry.pool {
                        true => self.pool::<S>(step, tiles.clone(), (group, finish), padding.as_ref()),
                        false => self.spread::<S>(step, tiles.clone(), (group, finish), planes),
                    }
                }
            }
        }
    }

    /// Which of tiles begin with padding, one bit for each axis as in [`winner`]'s codes; nothing if none does.
    #[inline(always)]
    fn padding(&self, step: usize, tiles: Range<usize>) -> Option<[u8; LANES]> {
        let pads = |axis: usize, tile: usize, bit: u8| if tile == 0 && self.front[axis] == 1 { bit } else { 0 };
        let mut padding = [0; LANES];
        let mut any = 0;
        for (padding, tile) in padding.iter_mut().zip(tiles) {
            *padding = pads(0, step, 4) | pads(1, tile / self.tiles[2], 2) | pads(2, tile % self.tiles[2], 1);
            any |= *padding;
        }
        (any != 0).then_some(padding)
    }

    /// Pools a few tiles of one group of channels, and writes them. The largest sum is finished, scales being positive, and padding
    /// takes part as zero.
    #[inline(always)]
    unsafe fn pool<S: Simd>(&mut self, step: usize, tiles: Range<usize>, (group, finish): (usize, &Finish), padding: Option<&[u8; LANES]>) {
        let n_out = self.convolution.geometry.n_out;
        let (mut values, mut codes) = ([0.0; LANES], [0; LANES]);
        for (in_group, channel) in (group * CHANNELS..n_out.min((group + 1) * CHANNELS)).enumerate() {
            for index in 0..TILE {
                // SAFETY: the caller's; there are so many lanes.
                unsafe {
                    let mut voxels = add_up::<S>(&self.scratch, in_group, index);
                    if let Some(padding) = padding {
                        clear(&mut voxels, &padding[index * S::N..]);
                    }
                    let (largest, code) = pool::largest_of(&voxels);
                    finish.apply(in_group, largest).store(values.as_mut_ptr().add(index * S::N));
                    code.store(codes.as_mut_ptr().cast::<f32>().add(index * S::N));
                }
            }
            for ((value, code), &padding) in values.iter_mut().zip(&mut codes).zip(padding.into_iter().flatten()) {
                if padding != 0 && *value <= 0.0 {
                    (*value, *code) = (0.0, u32::from(winner::CLOSED));
                }
            }
            // SAFETY: no other piece has this plane.
            unsafe { self.to.write(channel, step, tiles.clone(), &values, &mut codes) };
        }
    }

    /// Writes the voxels of a few tiles of one group of channels that are wanted.
    #[inline(always)]
    unsafe fn spread<S: Simd>(&mut self, step: usize, tiles: Range<usize>, (group, finish): (usize, &Finish), planes: &Range<usize>) {
        let n_out = self.convolution.geometry.n_out;
        let mut sums = [0.0; VOXELS * LANES];
        for (in_group, channel) in (group * CHANNELS..n_out.min((group + 1) * CHANNELS)).enumerate() {
            for index in 0..TILE {
                // SAFETY: the caller's; there are so many lanes.
                unsafe {
                    for (voxel, &sum) in add_up::<S>(&self.scratch, in_group, index).iter().enumerate() {
                        finish.apply(in_group, sum).store(sums.as_mut_ptr().add(voxel * LANES + index * S::N));
                    }
                }
            }
            // SAFETY: no other piece has these planes.
            unsafe { self.write_rows(step, tiles.clone(), channel, &sums, planes) };
        }
    }

    /// Writes the voxels of a few tiles of a channel, the tiles of one row after those of another.
    #[inline(always)]
    unsafe fn write_rows(&self, step: usize, tiles: Range<usize>, channel: usize, sums: &[f32; VOXELS * LANES], planes: &Range<usize>) {
        let [_, _, width] = self.input;
        let (mut row, mut codes) = ([0.0; TILE_EDGE * LANES], [0; TILE_EDGE * LANES]);
        let mut first = tiles.start;
        while first < tiles.end {
            let (y, x) = (first / self.tiles[2], first % self.tiles[2]);
            let n = (tiles.end - first).min(self.tiles[2] - x);
            let lane = first - tiles.start;
            let x = self.first(2, x);
            let n_padding = usize::from(x < 0);
            for place in 0..VOXELS / TILE_EDGE {
                let (z, y) = (self.first(0, step) + (place / TILE_EDGE) as isize, self.first(1, y) + (place % TILE_EDGE) as isize);
                if z < 0 || y < 0 || !planes.contains(&(z as usize)) {
                    continue;
                }
                for column in 0..TILE_EDGE {
                    let sums = &sums[(TILE_EDGE * place + column) * LANES + lane..][..n];
                    for (to, &sum) in row[column..].iter_mut().step_by(TILE_EDGE).zip(sums) {
                        *to = sum;
                    }
                }
                let start = y as usize * width + x.max(0) as usize;
                let range = start..start + TILE_EDGE * n - n_padding;
                // SAFETY: the caller's.
                unsafe { self.to.write(channel, z as usize, range, &row[n_padding..], &mut codes) };
            }
            first += n;
        }
    }
}

/// Keeps voxels of tiles from being the largest that are padding: those whose place is 0 along an axis that begins with it.
#[inline(always)]
unsafe fn clear<S: Simd>(voxels: &mut [S; VOXELS], padding: &[u8]) {
    for (voxel, value) in voxels.iter_mut().enumerate() {
        let mut lanes = [0.0; LANES];
        // SAFETY: the caller's; there are so many lanes.
        unsafe {
            value.store(lanes.as_mut_ptr());
            for (lane, &padding) in lanes.iter_mut().zip(&padding[..S::N]) {
                if !voxel as u8 & padding != 0 {
                    *lane = f32::NEG_INFINITY;
                }
            }
            *value = S::load(lanes.as_ptr());
        }
    }
}
