//! Convolution, normalisation, pooling and rectifier, plane by plane of the output.

use std::ops::Range;

use super::convolve::{self, CHANNELS, Finish, LANES, TILE};
use super::destination::Destination;
use super::geometry::Geometry;
use super::held::Held;
use super::packing::packed;
use super::parallel::in_pieces;
use super::pool::{self, Candidate};
use super::rows::Rows;
use super::simd::{self, Job, Simd};
use super::slab::Slab;
use super::winograd;
use crate::kernels::{BlockParameters, Rectifier, winner};

/// A convolution with what follows it.
#[derive(Debug, Clone)]
pub enum Convolution {
    /// Every value is the sum of all its products.
    Direct(Direct),
    /// Tiles of values have products in common.
    Fewer(winograd::Convolution),
}

/// A convolution, tap by tap, weights packed for [`convolve::tile`].
#[derive(Debug, Clone)]
pub struct Direct {
    geometry: Geometry,
    /// Groups of [`CHANNELS`] outputs, each `n_in × taps × CHANNELS`; missing outputs are zero.
    weight: Vec<f32>,
    /// Of each group.
    finish: Vec<Finish>,
}

/// Where the rows of an input come from: writes row `y` of plane `z` of a channel.
pub type Fill<'a> = dyn Fn(usize, usize, usize, &mut [f32]) + Sync + 'a;

impl Convolution {
    /// Packs weights `n_out × n_in × taps`, whose products all are computed.
    pub fn direct(geometry: Geometry, parameters: &BlockParameters) -> Self {
        let BlockParameters { weight, bias, scale, shift, .. } = parameters;
        let (weight, finish) = packed(geometry.n_in * geometry.n_taps(), weight, [bias, scale, shift]);
        Self::Direct(Direct { geometry, weight, finish })
    }

    /// With fewer products, where there are three axes and no strides. Whether the block pools does not change a bit of what is
    /// pooled: walks that are cut between convolution and pooling give the values of those that are not.
    pub fn new(geometry: Geometry, parameters: &BlockParameters) -> Self {
        match winograd::Convolution::is_for(&geometry) {
            true => Self::Fewer(winograd::Convolution::new(geometry, parameters)),
            false => Self::direct(geometry, parameters),
        }
    }

    /// Computes planes of the output, which holds only some of each channel, from an input of spatial shape `input`.
    pub fn planes_of(
        &self,
        held: Held,
        fill: &Fill<'_>,
        input: [usize; 3],
        planes: Range<usize>,
        output: &mut [f32],
        winners: Option<&mut [u8]>,
    ) {
        let to = Destination::new(self.geometry(), input, held, output, winners);
        match self {
            Self::Direct(convolution) => convolution.planes(fill, input, planes, to),
            Self::Fewer(convolution) => convolution.planes(fill, input, planes, to),
        }
    }

    fn geometry(&self) -> &Geometry {
        match self {
            Self::Direct(convolution) => &convolution.geometry,
            Self::Fewer(convolution) => convolution.geometry(),
        }
    }
}

impl Direct {
    fn planes(&self, fill: &Fill<'_>, input: [usize; 3], planes: Range<usize>, to: Destination<'_>) {
        in_pieces(planes, |planes| {
            let mut run = Run::new(self, fill, input, to);
            for plane in planes {
                run.hold(plane);
                simd::run(Plane { run: &mut run, plane });
            }
        });
    }
}

/// Neighbouring planes, one after the other.
struct Run<'a> {
    convolution: &'a Direct,
    fill: &'a Fill<'a>,
    input: [usize; 3],
    to: Destination<'a>,
    slab: Slab,
    /// Where in the slab the windows of a plane lie.
    taps: Vec<u32>,
    /// Finished sums of a tile: for each row of a pooling block, of each channel of a group, [`LANES`] at most.
    sums: Vec<f32>,
    /// One row of all channels of the output before the rectifier, and where in their blocks the values come from.
    values: Vec<f32>,
    codes: Vec<u32>,
    /// Of such a row of one channel.
    row_len: usize,
}

impl<'a> Run<'a> {
    fn new(convolution: &'a Direct, fill: &'a Fill<'a>, input: [usize; 3], to: Destination<'a>) -> Self {
        let geometry = &convolution.geometry;
        let [_, height, width] = input;
        let slab = Slab::new(geometry.kernel_depth, geometry.n_in, [height, width], geometry.stride);
        let row_len = (width + 1).next_multiple_of(LANES);
        let len = convolution.finish.len() * CHANNELS * row_len;
        let (sums, values, codes) = (vec![0.0; 2 * CHANNELS * LANES], vec![0.0; len], vec![0; len]);
        Self { convolution, fill, input, to, slab, taps: Vec::new(), sums, values, codes, row_len }
    }

    /// Sees to it that the planes are there that an output plane looks at.
    fn hold(&mut self, plane: usize) {
        let depth = self.convolution.geometry.kernel_depth;
        // Of flat images there is one plane.
        let centre = (plane * self.convolution.geometry.stride) as isize;
        let first = centre - (depth / 2) as isize;
        for z in first..first + depth as isize {
            self.slab.hold(z, self.input[0], |channel, y, row| (self.fill)(channel, z as usize, y, row));
        }
        self.slab.taps(centre, depth, &mut self.taps);
    }
}

/// One plane of the output.
struct Plane<'r, 'a> {
    run: &'r mut Run<'a>,
    plane: usize,
}

impl Job for Plane<'_, '_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { run, plane } = self;
        let [_, height, _] = run.convolution.geometry.output(run.input);
        for y in 0..height {
            // SAFETY: the caller's.
            unsafe { run.row::<S>(plane, y) };
        }
    }
}

impl Run<'_> {
    /// One row of the output, all channels.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    unsafe fn row<S: Simd>(&mut self, plane: usize, y: usize) {
        let geometry = self.convolution.geometry;
        let (rows, touches_padding) = self.block_rows(y);
        let front = geometry.front(self.input)[2];
        let width = front + if geometry.stride == 2 { self.input[2].div_ceil(2) } else { self.input[2] };
        // All channels of a tile one after the other: what they read stays in the cache.
        for x in (0..width).step_by(TILE * S::N) {
            for group in 0..self.convolution.finish.len() {
                // SAFETY: slab rows and rows of values are padded to whole tiles.
                unsafe {
                    for (index, &(y, _)) in rows.iter().enumerate() {
                        self.tile::<S>(self.slab.row(y, x as isize - front as isize), group, index);
                    }
                    self.pool_tile::<S>(&rows, touches_padding, group, x);
                }
            }
        }
        let n_written = geometry.output(self.input)[2];
        for channel in 0..geometry.n_out {
            let start = channel * self.row_len;
            // SAFETY: no other piece has this plane.
            unsafe { self.to.write(channel, plane, y * n_written..(y + 1) * n_written, &self.values[start..], &mut self.codes[start..]) };
        }
    }

    /// A tile of one row of the convolution, of one group of channels.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    unsafe fn tile<S: Simd>(&mut self, x: *const f32, group: usize, index: usize) {
        let Direct { weight, finish, .. } = self.convolution;
        let weight = weight[group * self.taps.len() * CHANNELS..].as_ptr();
        let out = self.sums[index * CHANNELS * LANES..].as_mut_ptr();
        // SAFETY: the caller's; weights are whole groups.
        unsafe { convolve::tile::<S>(x, &self.taps, weight, &finish[group], (out, LANES)) };
    }

    /// Pools a tile of one group of channels, whose first column is the `x`-th, padding included.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    unsafe fn pool_tile<S: Simd>(&mut self, rows: &Rows, touches_padding: bool, group: usize, x: usize) {
        let geometry = self.convolution.geometry;
        let pads_column = x == 0 && geometry.front(self.input)[2] == 1;
        let from_zero = touches_padding || geometry.rectifier == Rectifier::Relu;
        for in_group in 0..CHANNELS {
            let start = (group * CHANNELS + in_group) * self.row_len + if geometry.pool { x / 2 } else { x };
            let (values, codes) = (&mut self.values[start..], &mut self.codes[start..]);
            if !geometry.pool {
                values[..TILE * S::N].copy_from_slice(&self.sums[in_group * LANES..][..TILE * S::N]);
                continue;
            }
            let mut candidates: [Candidate; 2] = [(std::ptr::null(), 0); 2];
            for (index, (candidate, &(_, code))) in candidates.iter_mut().zip(rows.iter()).enumerate() {
                let sums = &mut self.sums[(index * CHANNELS + in_group) * LANES..][..LANES];
                if pads_column {
                    sums[0] = 0.0;
                }
                *candidate = (sums.as_ptr(), code);
            }
            // SAFETY: a tile has two vectors, which make one.
            unsafe { pool::largest::<S>(&candidates[..rows.len()], from_zero, TILE * S::N / 2, values.as_mut_ptr(), codes.as_mut_ptr()) };
            if pads_column && codes[0] & 1 == 0 {
                // What won is the zero in front of the row.
                codes[0] = u32::from(winner::CLOSED);
            }
        }
    }

    /// The rows of the convolution that take part in an output row, as y and code of the first voxel, and whether the padding in
    /// front of the rows takes part too.
    #[inline(always)]
    fn block_rows(&self, y: usize) -> (Rows, bool) {
        let geometry = &self.convolution.geometry;
        let first = (y * geometry.step()) as isize - geometry.front(self.input)[1] as isize;
        let mut rows = Rows::default();
        for dy in 0..if geometry.pool { 2 } else { 1 } {
            if first + dy >= 0 {
                rows.push((first + dy, 2 * dy as u8));
            }
        }
        (rows, first < 0)
    }
}
