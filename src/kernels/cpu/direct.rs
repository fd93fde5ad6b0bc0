//! Convolution, normalisation, pooling and rectifier by direct sums, plane by plane of the output.

use std::ops::Range;

use super::convolve::{self, CHANNELS, Finish, LANES, TILE, TileRows};
use super::destination::Destination;
use super::fill::Fill;
use super::geometry::Geometry;
use super::packing::packed;
use super::padded_planes::PaddedPlanes;
use super::parallel::in_pieces;
use super::pool::{self, CandidateRow};
use super::pooled_rows::{PooledRow, PooledRows};
use super::simd::{self, Simd, VectorKernel};
use crate::kernels::parameters::{BlockParameters, Rectifier};
use crate::kernels::winner;

/// A convolution that is summed tap by tap, its weights packed for [`convolve::tile`].
#[derive(Debug, Clone)]
pub struct DirectConvolution {
    geometry: Geometry,
    /// Groups of [`CHANNELS`] outputs, each `n_in × taps × CHANNELS`; missing outputs are zero.
    weight: Vec<f32>,
    /// Bias and normalisation of each group.
    finish: Vec<Finish>,
}

impl DirectConvolution {
    /// Packs weights `n_out × n_in × taps`.
    pub fn new(geometry: Geometry, parameters: &BlockParameters) -> Self {
        let BlockParameters { weight, bias, scale, shift, .. } = parameters;
        let (weight, finish) = packed(geometry.n_in * geometry.n_taps(), weight, [bias, scale, shift]);
        Self { geometry, weight, finish }
    }

    /// The block's shapes.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// Computes planes of the output from an input of spatial shape `input` whose rows `fill` gives.
    pub fn planes(&self, fill: &Fill<'_>, input: [usize; 3], planes: Range<usize>, to: Destination<'_>) {
        in_pieces(planes, |planes| {
            let mut piece = DirectPiece::new(self, fill, input, to);
            for plane in planes {
                piece.hold(plane);
                simd::run(OutputPlane { piece: &mut piece, plane });
            }
        });
    }
}

/// What a thread needs while it computes neighbouring planes of the output, one after the other.
struct DirectPiece<'a> {
    convolution: &'a DirectConvolution,
    fill: &'a Fill<'a>,
    input: [usize; 3],
    to: Destination<'a>,
    padded: PaddedPlanes,
    /// Where in the padded planes the values under a window lie, from the window's first row on.
    taps: Vec<u32>,
    /// Finished sums of a tile: for each row of a pooling block and each channel of a group [`LANES`] values at most.
    sums: Vec<f32>,
    /// One row of all channels of the output before the rectifier, each `row_len` long.
    values: Vec<f32>,
    /// Where in their pooling blocks these values come from.
    codes: Vec<u32>,
    /// Length of a channel's row in `values` and `codes`.
    row_len: usize,
}

impl<'a> DirectPiece<'a> {
    fn new(convolution: &'a DirectConvolution, fill: &'a Fill<'a>, input: [usize; 3], to: Destination<'a>) -> Self {
        let geometry = &convolution.geometry;
        let [_, height, width] = input;
        let padded = PaddedPlanes::new(geometry.kernel_depth, geometry.n_in, [height, width], geometry.stride);
        let row_len = (width + 1).next_multiple_of(LANES);
        let len = convolution.finish.len() * CHANNELS * row_len;
        let (sums, values, codes) = (vec![0.0; 2 * CHANNELS * LANES], vec![0.0; len], vec![0; len]);
        Self { convolution, fill, input, to, padded, taps: Vec::new(), sums, values, codes, row_len }
    }

    /// Copies those planes of the input that an output plane needs and that are not there yet.
    fn hold(&mut self, plane: usize) {
        let depth = self.convolution.geometry.kernel_depth;
        // A flat image has one plane only, so that this is 0 there whatever the stride.
        let centre = (plane * self.convolution.geometry.stride) as isize;
        let first = centre - (depth / 2) as isize;
        for z in first..first + depth as isize {
            self.padded.hold(z, self.input[0], |channel, y, row| (self.fill)(channel, z as usize, y, row));
        }
        self.padded.taps(centre, depth, &mut self.taps);
    }
}

/// Computes one plane of the output.
struct OutputPlane<'r, 'a> {
    piece: &'r mut DirectPiece<'a>,
    plane: usize,
}

impl VectorKernel for OutputPlane<'_, '_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { piece, plane } = self;
        let [_, height, _] = piece.convolution.geometry.output(piece.input);
        for y in 0..height {
            // SAFETY: the caller's machine has the instructions of `S`, and this piece alone writes the plane.
            unsafe { piece.row::<S>(plane, y) };
        }
    }
}

impl DirectPiece<'_> {
    /// Computes one row of the output, all channels.
    ///
    /// # Safety
    /// The machine has the instructions of `S`, and no other thread writes to this plane of the output.
    #[inline(always)]
    unsafe fn row<S: Simd>(&mut self, plane: usize, y: usize) {
        let geometry = self.convolution.geometry;
        let rows = self.pooled_rows(y);
        let front = geometry.front(self.input)[2];
        let width = front + if geometry.stride == 2 { self.input[2].div_ceil(2) } else { self.input[2] };
        // All channels of a tile one after the other: what they read stays in the cache.
        for x in (0..width).step_by(TILE * S::N) {
            for group in 0..self.convolution.finish.len() {
                // SAFETY: the caller's machine has the instructions of `S`; padded rows and rows of values are whole tiles, so
                // that a tile may begin at any `x` below the width.
                unsafe {
                    for (index, row) in rows.iter().enumerate() {
                        self.tile::<S>(self.padded.row(row.y, x as isize - front as isize), group, index);
                    }
                    self.pool_tile::<S>(&rows, group, x);
                }
            }
        }
        let n_written = geometry.output(self.input)[2];
        for channel in 0..geometry.n_out {
            let start = channel * self.row_len;
            // SAFETY: the caller has no other thread write to this plane.
            unsafe { self.to.write(channel, plane, y * n_written..(y + 1) * n_written, &self.values[start..], &mut self.codes[start..]) };
        }
    }

    /// Computes a tile of one row of the convolution for one group of channels; `index` is the row's in its pooling block.
    ///
    /// # Safety
    /// The machine has the instructions of `S`, and `x` lies in the padded planes such that a tile's windows are within a row.
    #[inline(always)]
    unsafe fn tile<S: Simd>(&mut self, x: *const f32, group: usize, index: usize) {
        let DirectConvolution { weight, finish, .. } = self.convolution;
        let weight = weight[group * self.taps.len() * CHANNELS..].as_ptr();
        let to = TileRows { first: self.sums[index * CHANNELS * LANES..].as_mut_ptr(), stride: LANES };
        // SAFETY: the caller vouches for the instructions and for `x`, from which the taps are valid; a group has `taps × CHANNELS`
        // weights; each row of a block has room for CHANNELS × LANES sums, and a tile is at most LANES wide.
        unsafe { convolve::tile::<S>(x, &self.taps, weight, &finish[group], to) };
    }

    /// Pools a tile of one group of channels, whose first column is the `x`-th, padding included.
    ///
    /// # Safety
    /// The machine has the instructions of `S`.
    #[inline(always)]
    unsafe fn pool_tile<S: Simd>(&mut self, rows: &PooledRows, group: usize, x: usize) {
        let geometry = self.convolution.geometry;
        let pads_column = x == 0 && geometry.front(self.input)[2] == 1;
        // A padded zero, and the zero of a closed ReLU, win over all that is not positive.
        let from_zero = rows.touches_padding || geometry.rectifier == Rectifier::Relu;
        for in_group in 0..CHANNELS {
            let start = (group * CHANNELS + in_group) * self.row_len + if geometry.pool { x / 2 } else { x };
            let (values, codes) = (&mut self.values[start..], &mut self.codes[start..]);
            if !geometry.pool {
                values[..TILE * S::N].copy_from_slice(&self.sums[in_group * LANES..][..TILE * S::N]);
                continue;
            }
            let mut candidates = [CandidateRow { first: std::ptr::null(), code: 0 }; 2];
            for (index, (candidate, row)) in candidates.iter_mut().zip(rows.iter()).enumerate() {
                let sums = &mut self.sums[(index * CHANNELS + in_group) * LANES..][..LANES];
                if pads_column {
                    sums[0] = 0.0;
                }
                *candidate = CandidateRow { first: sums.as_ptr(), code: row.code };
            }
            // SAFETY: the caller's machine has the instructions of `S`; a pooled row has one row at least; a tile's TILE = 2 vectors of
            // sums lie in each, which make one vector of pooled values, for which rows of values and codes have room.
            unsafe {
                let margin = self.to.margin_of_values(group * CHANNELS + in_group);
                let (candidates, width) = (&candidates[..rows.len()], TILE * S::N / 2);
                pool::largest::<S>(candidates, from_zero, margin, width, values.as_mut_ptr(), codes.as_mut_ptr());
            }
            if pads_column && codes[0] & 1 == 0 {
                // What won is the zero in front of the row.
                codes[0] = u32::from(winner::CLOSED) | (codes[0] & u32::from(winner::UNDECIDED));
            }
        }
    }

    /// The rows of the convolution that are pooled to row `y` of the output.
    #[inline(always)]
    fn pooled_rows(&self, y: usize) -> PooledRows {
        let geometry = &self.convolution.geometry;
        let first = (y * geometry.spacing()) as isize - geometry.front(self.input)[1] as isize;
        let mut rows = PooledRows::new(first < 0);
        for dy in 0..if geometry.pool { 2 } else { 1 } {
            if first + dy >= 0 {
                rows.push(PooledRow { y: first + dy, code: 2 * dy as u8 });
            }
        }
        rows
    }
}
