//! Pairs of planes of the output, one after the other: rows of tiles, a few at once, all output channels.

use std::ops::Range;

use super::convolution::WinogradConvolution;
use super::invariant_axes::InvariantAxes;
use super::products::{ProductSums, multiply, transform_output_tile};
use super::transform::{COMPONENTS, REACH, TILE_EDGE, VOXELS};
use super::transformed_planes::TransformedPlanes;
use super::transformed_tiles::TransformedTiles;
use crate::kernels::cpu::convolve::{CHANNELS, Finish, LANES, TILE};
use crate::kernels::cpu::destination::Destination;
use crate::kernels::cpu::fill::Fill;
use crate::kernels::cpu::parallel::in_pieces;
use crate::kernels::cpu::pool;
use crate::kernels::cpu::simd::{self, Simd, VectorKernel};
use crate::kernels::winner;

impl WinogradConvolution {
    /// Computes planes of the output from an input of spatial shape `input` whose rows `fill` gives.
    pub fn planes(&self, fill: &Fill<'_>, input: [usize; 3], planes: Range<usize>, to: Destination<'_>) {
        in_pieces(planes, |planes| WinogradPiece::new(self, fill, input, to).compute(&planes));
    }
}

/// What a thread needs while it computes neighbouring pairs of planes of the convolution.
struct WinogradPiece<'a> {
    convolution: &'a WinogradConvolution,
    fill: &'a Fill<'a>,
    input: [usize; 3],
    to: Destination<'a>,
    /// Voxels of padding in the first tiles: odd axes are padded in front, as pooling pads them.
    front: [usize; 3],
    /// Tiles along each axis.
    n_tiles: [usize; 3],
    planes: TransformedPlanes,
    tiles: TransformedTiles,
    products: Box<ProductSums>,
    /// The invariant axes of the tiles that are being computed, once they were asked for.
    invariant: Option<InvariantAxes>,
}

impl<'a> WinogradPiece<'a> {
    /// Nothing transformed yet.
    fn new(convolution: &'a WinogradConvolution, fill: &'a Fill<'a>, input: [usize; 3], to: Destination<'a>) -> Self {
        let n_in = convolution.geometry.n_in;
        let front = input.map(|n| n % TILE_EDGE);
        let [_, height, width] = input;
        Self {
            convolution,
            fill,
            input,
            to,
            front,
            n_tiles: input.map(|n| n.div_ceil(TILE_EDGE)),
            planes: TransformedPlanes::new(n_in, [height, width], [front[1], front[2]]),
            tiles: TransformedTiles::new(n_in),
            products: Box::new([0.0; COMPONENTS * CHANNELS * LANES]),
            invariant: None,
        }
    }

    /// Computes planes of the output.
    fn compute(&mut self, planes: &Range<usize>) {
        for band in self.planes.bands() {
            self.planes.begin(band);
            for pair in self.pairs(planes) {
                simd::run(PlanePair { piece: self, pair, planes: planes.clone() });
            }
        }
    }

    /// The pairs of planes of the convolution from which planes of the output come.
    fn pairs(&self, planes: &Range<usize>) -> Range<usize> {
        if self.convolution.geometry.pool {
            return planes.clone();
        }
        let front = self.front[0];
        (planes.start + front) / TILE_EDGE..(planes.end + front).div_ceil(TILE_EDGE)
    }
}

/// Computes one pair of planes of the convolution. If they are not pooled, those among `planes` are written.
struct PlanePair<'r, 'a> {
    piece: &'r mut WinogradPiece<'a>,
    pair: usize,
    planes: Range<usize>,
}

/// A group of [`CHANNELS`] output channels.
#[derive(Clone, Copy)]
struct OutputGroup<'a> {
    index: usize,
    finish: &'a Finish,
}

impl OutputGroup<'_> {
    /// The output channels of the group, of `n_out` in all.
    #[inline(always)]
    fn channels(&self, n_out: usize) -> Range<usize> {
        self.index * CHANNELS..n_out.min((self.index + 1) * CHANNELS)
    }
}

impl VectorKernel for PlanePair<'_, '_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { piece, pair, planes } = self;
        let (before, n_tiles) = (piece.planes.band().start * piece.n_tiles[2], piece.planes.band().len() * piece.n_tiles[2]);
        let at_once = piece.tiles.n_tiles();
        // SAFETY: the caller's machine has the instructions of `S`; tiles are transformed before they are computed, at most `at_once`
        // of them; pieces have planes of their own, and only those among `planes` are written.
        unsafe {
            piece.hold::<S>(pair);
            for first in (0..n_tiles).step_by(at_once) {
                let tiles = first..n_tiles.min(first + at_once);
                piece.tiles.transform::<S>(&piece.planes, piece.first(0, pair) - 1, first, tiles.len());
                piece.compute_tiles::<S>(pair, before + tiles.start..before + tiles.end, &planes);
            }
        }
    }
}

impl WinogradPiece<'_> {
    /// Transforms those planes of the input on which a pair depends and that are not there yet.
    ///
    /// # Safety
    /// The machine has the instructions of `S`.
    #[inline(always)]
    unsafe fn hold<S: Simd>(&mut self, pair: usize) {
        let first = self.first(0, pair) - 1;
        for z in first.max(-1)..first + REACH as isize {
            // SAFETY: the caller's machine has the instructions of `S`.
            unsafe { self.planes.hold::<S>(z, self.input[0], |channel, y, row| (self.fill)(channel, z as usize, y, row)) };
        }
    }

    /// The first output voxel of a tile along an axis; −1 is padding.
    #[inline(always)]
    fn first(&self, axis: usize, tile: usize) -> isize {
        (TILE_EDGE * tile) as isize - self.front[axis] as isize
    }

    /// Computes all channels of neighbouring tiles of a pair of planes, which have been transformed; channels of a few tiles one
    /// after the other, so that what they read stays in the cache.
    ///
    /// # Safety
    /// The machine has the instructions of `S`; there are no more tiles than are transformed at once; no other thread writes to
    /// `planes` of the output.
    #[inline(always)]
    unsafe fn compute_tiles<S: Simd>(&mut self, pair: usize, tiles: Range<usize>, planes: &Range<usize>) {
        let convolution = self.convolution;
        for (index, first) in tiles.clone().step_by(TILE * S::N).enumerate() {
            let tiles = first..tiles.end.min(first + TILE * S::N);
            let padding = self.padding(pair, tiles.clone());
            self.invariant = None;
            for (group, finish) in convolution.finish.iter().enumerate() {
                let filters = convolution.filters.of_group(group);
                let group = OutputGroup { index: group, finish };
                // SAFETY: the caller vouches for the instructions and the planes (with pooling `pair` is one of them); the block is one of
                // those that were transformed, and has as many input channels as `filters`.
                unsafe {
                    multiply::<S>(self.tiles.block::<S>(index), filters, &mut self.products);
                    match convolution.geometry.pool {
                        true => self.write_pooled::<S>(pair, index, tiles.clone(), group, padding.as_ref()),
                        false => self.write_unpooled::<S>(pair, tiles.clone(), group, planes),
                    }
                }
            }
        }
    }

    /// The axes along which each of these tiles begins with padding, one bit for each as in [`winner`] codes; `None` if no tile does.
    #[inline(always)]
    fn padding(&self, pair: usize, tiles: Range<usize>) -> Option<[u8; LANES]> {
        let pads = |axis: usize, tile: usize, bit: u8| if tile == 0 && self.front[axis] == 1 { bit } else { 0 };
        let mut padding = [0; LANES];
        let mut any = 0;
        for (padding, tile) in padding.iter_mut().zip(tiles) {
            *padding = pads(0, pair, 4) | pads(1, tile / self.n_tiles[2], 2) | pads(2, tile % self.n_tiles[2], 1);
            any |= *padding;
        }
        (any != 0).then_some(padding)
    }

    /// Pools a few tiles of one group of channels, the transformed block `block`, and writes them. Only the largest sum of a tile is
    /// finished, since scales are positive; padding takes part as zero.
    ///
    /// # Safety
    /// The machine has the instructions of `S`, the block is one of those that were transformed, and no other thread writes to plane
    /// `pair` of the output.
    #[inline(always)]
    unsafe fn write_pooled<S: Simd>(
        &mut self,
        pair: usize,
        block: usize,
        tiles: Range<usize>,
        group: OutputGroup<'_>,
        padding: Option<&[u8; LANES]>,
    ) {
        let n_out = self.convolution.geometry.n_out;
        let (mut values, mut codes) = ([0.0; LANES], [0; LANES]);
        for (in_group, channel) in group.channels(n_out).enumerate() {
            let margin = self.to.margin_of_sums(channel);
            for index in 0..TILE {
                // SAFETY: the caller's machine has the instructions of `S`; `in_group` is below CHANNELS and `index` below TILE, and
                // LANES values have room for TILE vectors; the caller vouches for the block.
                unsafe {
                    let mut voxels = transform_output_tile::<S>(&self.products, in_group, index);
                    if let Some(padding) = padding {
                        exclude_padding(&mut voxels, &padding[index * S::N..]);
                    }
                    let (largest, code) = pool::largest_of(&voxels);
                    group.finish.apply(in_group, largest).store(values.as_mut_ptr().add(index * S::N));
                    code.store(codes.as_mut_ptr().cast::<f32>().add(index * S::N));
                    if margin > 0.0 {
                        let undecided = pool::undecided(&voxels, largest, margin);
                        if undecided.any_bit() {
                            let (marks, voxels) = (lanes_of(undecided), places_of(&voxels));
                            self.mark_undecided::<S>(block, index * S::N, &marks, &voxels, margin, &mut codes);
                        }
                    }
                }
            }
            for ((value, code), &padding) in values.iter_mut().zip(&mut codes).zip(padding.into_iter().flatten()) {
                if padding != 0 && *value <= 0.0 {
                    // The mark says whether zero has won by enough.
                    let mark = if *value > -self.to.margin_of_values(channel) { u32::from(winner::UNDECIDED) } else { 0 };
                    (*value, *code) = (0.0, u32::from(winner::CLOSED) | mark);
                }
            }
            // SAFETY: the caller has no other thread write to this plane.
            unsafe { self.to.write(channel, pair, tiles.clone(), &values, &mut codes) };
        }
    }

    /// Marks the codes of those tiles, from lane `first` on, whose largest voxels are closer to each other than `margin` and are not the
    /// same sum. `marks` has a bit for each such tile, `voxels` their sums by place.
    ///
    /// # Safety
    /// The machine has the instructions of `S`, and the block is one of those that were transformed.
    #[inline(always)]
    unsafe fn mark_undecided<S: Simd>(
        &mut self,
        block: usize,
        first: usize,
        marks: &[u32; LANES],
        voxels: &[f32; VOXELS * LANES],
        margin: f32,
        codes: &mut [u32; LANES],
    ) {
        // SAFETY: the caller vouches for the instructions and for the block, which has all components of all input channels.
        let invariant = self
            .invariant
            .get_or_insert_with(|| unsafe { InvariantAxes::of::<S>(self.tiles.block::<S>(block), self.convolution.geometry.n_in) });
        for lane in (0..S::N).filter(|&lane| marks[lane] != 0) {
            let code = &mut codes[first + lane];
            if !invariant.decide(first + lane, lane, voxels, *code, margin) {
                *code |= marks[lane];
            }
        }
    }

    /// Writes all voxels of a few tiles of one group of channels that lie in `planes`.
    ///
    /// # Safety
    /// The machine has the instructions of `S`, and no other thread writes to `planes` of the output.
    #[inline(always)]
    unsafe fn write_unpooled<S: Simd>(&mut self, pair: usize, tiles: Range<usize>, group: OutputGroup<'_>, planes: &Range<usize>) {
        let n_out = self.convolution.geometry.n_out;
        let mut sums = [0.0; VOXELS * LANES];
        for (in_group, channel) in group.channels(n_out).enumerate() {
            for index in 0..TILE {
                // SAFETY: the caller's machine has the instructions of `S`; `in_group` is below CHANNELS and `index` below TILE, and
                // each of VOXELS times LANES values has room for TILE vectors.
                unsafe {
                    for (voxel, &sum) in transform_output_tile::<S>(&self.products, in_group, index).iter().enumerate() {
                        group.finish.apply(in_group, sum).store(sums.as_mut_ptr().add(voxel * LANES + index * S::N));
                    }
                }
            }
            // SAFETY: the caller has no other thread write to these planes.
            unsafe { self.write_rows(pair, tiles.clone(), channel, &sums, planes) };
        }
    }

    /// Writes the voxels of a few tiles of a channel that lie in `planes`, the tiles of one row after those of another. `sums` holds
    /// [`LANES`] tiles for each of [`VOXELS`] places.
    ///
    /// # Safety
    /// No other thread writes to `planes` of the output.
    #[inline(always)]
    unsafe fn write_rows(&self, pair: usize, tiles: Range<usize>, channel: usize, sums: &[f32; VOXELS * LANES], planes: &Range<usize>) {
        let [_, _, width] = self.input;
        let (mut row, mut codes) = ([0.0; TILE_EDGE * LANES], [0; TILE_EDGE * LANES]);
        let mut first = tiles.start;
        while first < tiles.end {
            let (y, x) = (first / self.n_tiles[2], first % self.n_tiles[2]);
            let n = (tiles.end - first).min(self.n_tiles[2] - x);
            let lane = first - tiles.start;
            let x = self.first(2, x);
            let n_padding = usize::from(x < 0);
            for place in 0..VOXELS / TILE_EDGE {
                let (z, y) = (self.first(0, pair) + (place / TILE_EDGE) as isize, self.first(1, y) + (place % TILE_EDGE) as isize);
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
                // SAFETY: `z` is one of `planes`, to which the caller has no other thread write.
                unsafe { self.to.write(channel, z as usize, range, &row[n_padding..], &mut codes) };
            }
            first += n;
        }
    }
}

/// The lanes of a vector, as the bits of whole numbers; zeros follow.
///
/// # Safety
/// The machine has the instructions of `S`.
#[inline(always)]
unsafe fn lanes_of<S: Simd>(vector: S) -> [u32; LANES] {
    let mut lanes = [0; LANES];
    // SAFETY: the caller's machine has the instructions of `S`; LANES values have room for the widest vector.
    unsafe { vector.store(lanes.as_mut_ptr().cast()) };
    lanes
}

/// The lanes of each voxel of tiles, [`LANES`] places for each of [`VOXELS`].
///
/// # Safety
/// The machine has the instructions of `S`.
#[inline(always)]
unsafe fn places_of<S: Simd>(voxels: &[S; VOXELS]) -> [f32; VOXELS * LANES] {
    let mut places = [0.0; VOXELS * LANES];
    for (voxel, value) in voxels.iter().enumerate() {
        // SAFETY: the caller's machine has the instructions of `S`; LANES values have room for the widest vector.
        unsafe { value.store(places.as_mut_ptr().add(voxel * LANES)) };
    }
    places
}

/// Sets voxels of tiles that are padding to −∞, so that they are never the largest: those whose place is 0 along an axis that
/// begins with padding. `padding` holds the axes of each lane, one bit for each.
///
/// # Safety
/// The machine has the instructions of `S`.
#[inline(always)]
unsafe fn exclude_padding<S: Simd>(voxels: &mut [S; VOXELS], padding: &[u8]) {
    for (voxel, value) in voxels.iter_mut().enumerate() {
        let mut lanes = [0.0; LANES];
        // SAFETY: the caller's machine has the instructions of `S`; LANES values have room for the widest vector.
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
