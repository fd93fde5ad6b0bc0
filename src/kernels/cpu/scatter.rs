//! The backward pass where few voxels carry a gradient: each adds its kernel to the voxels under its window.
//!
//! Along each axis a pooling block b holds two voxels of the convolution, one of which won. Whichever it was, its window of three
//! lies within four voxels of the input, the block's *reach*. (Numbers are those of an even axis; an odd one is padded by one in
//! front.)
//!
//! ```text
//! voxel of the input    2b−1    2b    2b+1   2b+2   2b+3   2b+4
//! pooling block b              [ ■      ■ ]
//! its window if 2b won    ├──────┼──────┤
//! its window if 2b+1 won         ├──────┼──────┤
//! reach of block b        ├──────┼──────┼──────┤
//! reach of block b+1                    ├──────┼──────┼──────┤
//! ```
//!
//! Along all axes the reach has 4×4×4 voxels, and the 3×3×3 weights of the kernel (k) lie in one of its eight corners. Here the
//! winner is voxel 2b+1 along planes and columns and the first along rows, offset 5 of [`winner::OFFSET`](crate::kernels::winner):
//!
//! ```text
//!    z = 2b−1      z = 2b         z = 2b+1      z = 2b+2
//!    · · · ·       · k k k        · k k k       · k k k
//!    · · · ·       · k k k        · k k k       · k k k
//!    · · · ·       · k k k        · k k k       · k k k
//!    · · · ·       · · · ·        · · · ·       · · · ·
//!   └─ lower half: pair b ─┘     └─ upper half: pair b+1 ┘
//! ```
//!
//! Planes of the input are computed in such pairs. Pair b gets the lower half of block b and the upper half of block b−1, so each
//! plane of blocks is visited once and adds to two pairs. Pairs are finished one after the other; where a thread begins, it visits
//! the blocks before for their upper half alone.

use std::ops::Range;

use super::geometry::Geometry;
use super::output_gradient::OutputGradient;
use super::parallel::{SharedSlice, in_pieces};
use super::plane_range::BlockPlanes;
use super::scatter_one_channel::ScatterOneChannel;
use super::scatter_targets::ScatterTargets;
use super::simd::{self, Simd, VectorKernel};
use super::winner_row::{Winner, WinnerRow};

/// Values of the widest vectors: weights of input channels are padded to whole ones.
const WIDEST: usize = 8;

/// The kernels of a convolution in the order in which the backward pass adds them.
#[derive(Debug, Clone)]
pub struct ScatterBackward {
    geometry: Geometry,
    /// `n_out × taps × n_in`, input channels padded to whole vectors.
    weight: Vec<f32>,
    /// The table that is used instead where the input has one channel.
    one_channel: Option<ScatterOneChannel>,
}

impl ScatterBackward {
    /// Packs weights `n_out × n_in × taps`.
    pub fn new(geometry: &Geometry, weight: &[f32]) -> Self {
        let (n_in, n_taps) = (geometry.n_in, geometry.n_taps());
        let n_padded = n_in.next_multiple_of(WIDEST);
        let mut packed = vec![0.0; geometry.n_out * n_taps * n_padded];
        for (index, &value) in weight.iter().enumerate() {
            let (output, input, tap) = (index / (n_in * n_taps), index / n_taps % n_in, index % n_taps);
            packed[(output * n_taps + tap) * n_padded + input] = value;
        }
        let one_channel = (n_in == 1).then(|| ScatterOneChannel::new(geometry, weight));
        Self { geometry: *geometry, weight: packed, one_channel }
    }

    /// Number of pairs of planes in which an input of this spatial shape is computed: one more than there are planes of
    /// blocks, since the last block reaches beyond its own pair. A flat image is one unit.
    pub fn n_pairs(&self, input: [usize; 3]) -> usize {
        if self.geometry.is_flat() { 1 } else { self.geometry.output(input)[0] + 1 }
    }

    /// Computes pairs of planes of the gradient with respect to an input of spatial shape `input`. `in_memory` says which planes
    /// `gradient` and `output` (the gradient with respect to the input) hold; `scale` is the normalisation's, per channel.
    pub fn planes(
        &self,
        in_memory: BlockPlanes,
        gradient: OutputGradient<'_>,
        scale: &[f32],
        input: [usize; 3],
        pairs: Range<usize>,
        output: &mut [f32],
    ) {
        let output = SharedSlice::new(output);
        in_pieces(pairs, |pairs| {
            let mut piece = ScatterPiece::new(self, gradient, scale, input, in_memory);
            piece.begin(pairs.start);
            for pair in pairs.clone() {
                piece.compute(pair, pair + 1 < pairs.end);
                piece.write(pair, &output);
                piece.advance();
            }
        });
    }
}

/// What a thread needs while it computes neighbouring pairs of planes, one after the other.
struct ScatterPiece<'a> {
    scatter: &'a ScatterBackward,
    gradient: OutputGradient<'a>,
    scale: &'a [f32],
    input: [usize; 3],
    /// Planes that the gradients with respect to input and output hold.
    in_memory: BlockPlanes,
    winners: WinnerRow,
    /// This pair and the next, each planes × rows × columns × channels: two rows and columns for each block, and what the last
    /// ones reach beyond.
    sums: [Vec<f32>; 2],
    rows: usize,
    columns: usize,
    channels: usize,
}

impl<'a> ScatterPiece<'a> {
    fn new(
        scatter: &'a ScatterBackward,
        gradient: OutputGradient<'a>,
        scale: &'a [f32],
        input: [usize; 3],
        in_memory: BlockPlanes,
    ) -> Self {
        let geometry = &scatter.geometry;
        let [_, height, width] = geometry.output(input);
        let (rows, columns) = (2 * height + 2, 2 * width + 2);
        let channels = geometry.n_in.next_multiple_of(WIDEST);
        let is_one_channel = scatter.one_channel.is_some();
        let (columns, channels) = if is_one_channel { (ScatterOneChannel::columns(width), 1) } else { (columns, channels) };
        let len = geometry.kernel_depth.min(2) * rows * columns * channels;
        let sums = if geometry.is_flat() { [vec![0.0; len], Vec::new()] } else { [vec![0.0; len], vec![0.0; len]] };
        let winners = WinnerRow::new(geometry.n_out, width);
        Self { scatter, gradient, scale, input, in_memory, winners, sums, rows, columns, channels }
    }

    /// Adds to the first pair the upper half of what the blocks before it reach.
    fn begin(&mut self, pair: usize) {
        if let Some(before) = pair.checked_sub(1).filter(|_| !self.scatter.geometry.is_flat()) {
            simd::run(AddPlane { piece: self, plane: before, halves: [None, Some(0)] });
        }
    }

    /// Adds what the pair's own blocks reach, in the next pair only if that is wanted.
    fn compute(&mut self, pair: usize, wants_next: bool) {
        let geometry = &self.scatter.geometry;
        let [depth, ..] = geometry.output(self.input);
        if pair < depth {
            let next = (wants_next && !geometry.is_flat()).then_some(1);
            simd::run(AddPlane { piece: self, plane: pair, halves: [Some(0), next] });
        }
    }

    /// Makes the next pair this one.
    fn advance(&mut self) {
        self.sums.swap(0, 1);
        self.sums[1].fill(0.0);
    }

    /// Copies the planes of the pair that lie inside the input to `output`, channels slowest.
    fn write(&self, pair: usize, output: &SharedSlice<'_, f32>) {
        let geometry = &self.scatter.geometry;
        let [depth, height, width] = self.input;
        let [front_z, front_y, front_x] = geometry.front(self.input);
        let n_planes = if geometry.is_flat() { 1 } else { 2 };
        for plane in 0..n_planes {
            // Sums begin one voxel, and the padding of odd axes, before the input.
            let z = if geometry.is_flat() { Some(0) } else { (2 * pair + plane).checked_sub(1 + front_z) };
            let Some(z) = z.filter(|&z| z < depth) else { continue };
            for y in 0..height {
                let from = (plane * self.rows + y + 1 + front_y) * self.columns;
                for channel in 0..geometry.n_in {
                    let start = self.in_memory.input.row(channel, z, y, [height, width]);
                    // SAFETY: plane z belongs to this pair alone, each pair to one piece, and the part is dropped before the next.
                    let row = unsafe { output.part(start..start + width) };
                    match &self.scatter.one_channel {
                        Some(_) => ScatterOneChannel::read_row(&self.sums[0][from..from + self.columns], 1 + front_x, row),
                        None => {
                            let from = (from + 1 + front_x) * self.channels + channel;
                            for (to, &value) in row.iter_mut().zip(self.sums[0][from..].iter().step_by(self.channels)) {
                                *to = value;
                            }
                        }
                    }
                }
            }
        }
    }

    /// Lists the winners of row `y` of a plane of blocks.
    #[inline(always)]
    fn collect(&mut self, plane: usize, y: usize) {
        let [_, height, width] = self.scatter.geometry.output(self.input);
        for (channel, &scale) in self.scale.iter().enumerate() {
            let start = self.in_memory.output.row(channel, plane, y, [height, width]);
            let row = start..start + width;
            self.winners.set(channel, &self.gradient.values[row.clone()], &self.gradient.winners[row], scale);
        }
    }
}

/// Adds what the blocks of one plane reach to a piece's sums.
struct AddPlane<'r, 'a> {
    piece: &'r mut ScatterPiece<'a>,
    plane: usize,
    /// To which of the piece's pairs the lower and the upper half of the reach are added.
    halves: [Option<usize>; 2],
}

impl VectorKernel for AddPlane<'_, '_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { piece, plane, halves } = self;
        let [_, height, _] = piece.scatter.geometry.output(piece.input);
        let targets = ScatterTargets::new(&mut piece.sums, halves, [piece.rows, piece.columns * piece.channels]);
        for y in 0..height {
            piece.collect(plane, y);
            // SAFETY: the caller's machine has the instructions of `S`. The sums are borrowed mutably by this piece and used through
            // the targets alone; they have two rows and columns more than two for each block, which is what the last blocks reach.
            unsafe {
                match &piece.scatter.one_channel {
                    Some(table) => table.add_row::<S>(&piece.winners, y, &targets),
                    None => add_row::<S>(piece.scatter, &mut piece.winners, y, piece.channels, &targets),
                }
            }
        }
    }
}

/// Adds the kernels of a row of blocks, each where its winner is.
///
/// # Safety
/// The machine has the instructions of `S`. Rows of the targets hold `2 · width + 2` columns of `channels` values each, of
/// which there are `2 · (y + 1) + 2` rows at least, and no other reference to them is in use.
#[inline(always)]
unsafe fn add_row<S: Simd>(scatter: &ScatterBackward, winners: &mut WinnerRow, y: usize, channels: usize, targets: &ScatterTargets) {
    let depth = scatter.geometry.kernel_depth;
    // Three columns of all channels lie side by side, in the kernel as in the sums.
    let run = 3 * channels;
    assert!(scatter.weight.len() == scatter.geometry.n_out * depth * 3 * run);
    for x in 0..winners.width() {
        for &Winner { channel, gradient, offset } in winners.nonzero(x) {
            let [dz, dy, dx] = [offset >> 2, (offset >> 1) & 1, offset & 1].map(|bit| bit as usize);
            // SAFETY: the caller's machine has the instructions of `S`. Channels are below n_out, of all of which there are weights
            // (asserted above); a run is whole vectors, since channels are padded to the widest; rows up to 2y + 3 and columns up to
            // 2x + 3 of the targets exist.
            unsafe {
                let gradient = S::splat(gradient);
                let kernel = scatter.weight.as_ptr().add(channel as usize * depth * 3 * run);
                for tap in 0..depth {
                    let Some(rows) = targets.row(tap + dz, 2 * y + dy) else { continue };
                    let rows = rows.add((2 * x + dx) * channels);
                    for row in 0..3 {
                        let (from, to) = (kernel.add((tap * 3 + row) * run), rows.add(row * targets.row_len()));
                        for index in (0..run).step_by(S::N) {
                            S::load(to.add(index)).add_product(gradient, S::load(from.add(index))).store(to.add(index));
                        }
                    }
                }
            }
        }
    }
}
