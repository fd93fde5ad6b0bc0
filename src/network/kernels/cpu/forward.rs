//! Convolution, normalisation, pooling and rectifier, plane by plane of the output.

use std::ops::Range;

use super::convolve::{self, CHANNELS, Finish, LANES, TILE};
use super::geometry::Geometry;
use super::parallel::{Shared, in_pieces};
use super::pool::{self, Candidate};
use super::simd::{self, Job, Simd};
use super::slab::Slab;
use super::winograd::{self, COMPONENTS};
use crate::network::kernels::{BlockParameters, LEAK, Rectifier, winner};

/// A convolution with what follows it, weights packed for [`convolve::tile`].
#[derive(Debug, Clone)]
pub struct Convolution {
    geometry: Geometry,
    /// Groups of [`CHANNELS`] outputs, each `n_in × taps × CHANNELS`; missing outputs are zero.
    weight: Vec<f32>,
    /// The same, combined for four rows at once, where these are pooled together.
    combined: Option<winograd::Kernels>,
    /// Of each group.
    finish: Vec<Finish>,
}

/// Where the rows of an input come from: writes row `y` of plane `z` of a channel.
pub type Fill<'a> = dyn Fn(usize, usize, usize, &mut [f32]) + Sync + 'a;

impl Convolution {
    /// Packs weights `n_out × n_in × taps`.
    pub fn new(geometry: Geometry, parameters: &BlockParameters) -> Self {
        let BlockParameters { weight, bias, scale, shift, .. } = parameters;
        let combined = (geometry.pool && !geometry.is_flat()).then(|| winograd::Kernels::new(geometry.n_in, weight));
        let (weight, finish) = packed(geometry.n_in * geometry.n_taps(), weight, [bias, scale, shift]);
        Self { geometry, weight, combined, finish }
    }

    /// Computes planes of the output from an input of spatial shape `input`.
    pub fn planes(&self, fill: &Fill<'_>, input: [usize; 3], planes: Range<usize>, output: &mut [f32], winners: Option<&mut [u8]>) {
        let n_held = self.geometry.output(input)[0];
        self.planes_of(n_held, fill, input, planes, output, winners);
    }

    /// The same into an output that holds only `n_held` planes of each channel, of which plane z is the `z % n_held`-th.
    pub fn planes_of(
        &self,
        n_held: usize,
        fill: &Fill<'_>,
        input: [usize; 3],
        planes: Range<usize>,
        output: &mut [f32],
        winners: Option<&mut [u8]>,
    ) {
        let (output, winners) = (Shared::new(output), winners.map(Shared::new));
        in_pieces(planes, |planes| {
            let mut run = Run::new(self, fill, (input, n_held), output, winners);
            for plane in planes {
                run.hold(plane);
                simd::run(Plane { run: &mut run, plane });
            }
        });
    }
}

/// Packs weights `n_out × n_each` for [`convolve::tile`], and bias, scale and shift of each output channel with them.
pub fn packed(n_each: usize, weight: &[f32], per_channel: [&[f32]; 3]) -> (Vec<f32>, Vec<Finish>) {
    let groups = per_channel[0].len().div_ceil(CHANNELS);
    let mut packed = vec![0.0; groups * n_each * CHANNELS];
    for (output, values) in weight.chunks_exact(n_each).enumerate() {
        let group = &mut packed[output / CHANNELS * n_each * CHANNELS..];
        for (index, &value) in values.iter().enumerate() {
            group[index * CHANNELS + output % CHANNELS] = value;
        }
    }
    let finish = |group| {
        let of = |values: &[f32]| std::array::from_fn(|c| values.get(group * CHANNELS + c).copied().unwrap_or(0.0));
        let [bias, scale, shift] = per_channel.map(of);
        Finish { bias, scale, shift }
    };
    (packed, (0..groups).map(finish).collect())
}

/// Neighbouring planes, one after the other.
struct Run<'a> {
    convolution: &'a Convolution,
    fill: &'a Fill<'a>,
    input: [usize; 3],
    /// Planes of each channel that the output holds.
    n_held: usize,
    output: Shared<'a, f32>,
    winners: Option<Shared<'a, u8>>,
    slab: Slab,
    /// Where in the slab the windows lie of the planes of a pooling block.
    taps: [Vec<u32>; 2],
    /// Of the rows under one row of pooling blocks.
    combined: winograd::Rows,
    scratch: Box<winograd::Scratch>,
    /// Finished sums of a tile: for each row of a pooling block, of each channel of a group, [`LANES`] at most.
    sums: Vec<f32>,
    /// One row of all channels of the output before the rectifier, and where in their blocks the values come from.
    values: Vec<f32>,
    codes: Vec<u32>,
    /// Of such a row of one channel.
    row_len: usize,
}

impl<'a> Run<'a> {
    fn new(
        convolution: &'a Convolution,
        fill: &'a Fill<'a>,
        (input, n_held): ([usize; 3], usize),
        output: Shared<'a, f32>,
        winners: Option<Shared<'a, u8>>,
    ) -> Self {
        let geometry = &convolution.geometry;
        let [_, height, width] = input;
        let slab = Slab::new(geometry.planes_at_once(), geometry.n_in, [height, width], geometry.stride);
        let row_len = (width + 1).next_multiple_of(LANES);
        let len = convolution.finish.len() * CHANNELS * row_len;
        let (sums, values, codes) = (vec![0.0; 4 * CHANNELS * LANES], vec![0.0; len], vec![0; len]);
        let combined = match &convolution.combined {
            Some(_) => winograd::Rows::new(geometry.n_in, slab.row_len()),
            None => winograd::Rows::default(),
        };
        let scratch = Box::new([0.0; COMPONENTS * CHANNELS * LANES]);
        Self {
            convolution,
            fill,
            input,
            n_held,
            output,
            winners,
            slab,
            taps: Default::default(),
            combined,
            scratch,
            sums,
            values,
            codes,
            row_len,
        }
    }

    /// Sees to it that the planes are there that an output plane looks at.
    fn hold(&mut self, plane: usize) {
        let geometry = self.convolution.geometry;
        let first = self.centre(plane, 0) - (geometry.kernel_depth / 2) as isize;
        for z in first..first + geometry.planes_at_once() as isize {
            self.slab.hold(z, self.input[0], |channel, y, row| (self.fill)(channel, z as usize, y, row));
        }
        for offset in 0..geometry.planes_per_block() {
            let centre = self.centre(plane, offset);
            if centre >= 0 {
                self.slab.taps(centre, geometry.kernel_depth, &mut self.taps[offset]);
            }
        }
    }

    /// The plane of the input in the middle of the window, for the `offset`-th plane of a pooling block; −1 is padding.
    fn centre(&self, plane: usize, offset: usize) -> isize {
        let geometry = &self.convolution.geometry;
        let step = if geometry.is_flat() { 1 } else { geometry.step() };
        (plane * step + offset) as isize - geometry.front(self.input)[0] as isize
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
        let (rows, touches_padding) = self.block_rows(plane, y);
        let front = geometry.front(self.input)[2];
        let width = front + if geometry.stride == 2 { self.input[2].div_ceil(2) } else { self.input[2] };
        // SAFETY: the caller's.
        unsafe { self.combine::<S>(plane, y) };
        // All channels of a tile one after the other: what they read stays in the cache.
        for x in (0..width).step_by(TILE * S::N) {
            for group in 0..self.convolution.finish.len() {
                // SAFETY: slab rows and rows of values are padded to whole tiles.
                unsafe {
                    if self.convolution.combined.is_some() {
                        self.four_rows::<S>(&rows, x, group);
                    } else {
                        for (index, &(plane, y, _)) in rows.iter().enumerate() {
                            self.tile::<S>(self.slab.row(y, x as isize - front as isize), plane, group, index);
                        }
                    }
                    self.pool_tile::<S>(&rows, touches_padding, group, x);
                }
            }
        }
        for channel in 0..geometry.n_out {
            self.finish_row([channel, plane, y]);
        }
    }

    /// Combines the rows that one row of pooling blocks looks at.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    unsafe fn combine<S: Simd>(&mut self, plane: usize, y: usize) {
        if self.convolution.combined.is_none() {
            return;
        }
        let front = self.convolution.geometry.front(self.input)[1];
        let first = [self.centre(plane, 0) - 1, (2 * y) as isize - front as isize - 1];
        for channel in 0..self.convolution.geometry.n_in {
            // What is before the padding only takes part in the padding itself.
            let row = |index: usize| {
                let [z, y] = [(first[0] + (index / 4) as isize).max(-1), (first[1] + (index % 4) as isize).max(-1)];
                self.slab.padded_row(channel, z, y)
            };
            let rows = std::array::from_fn(row);
            // SAFETY: the caller's; slabs are padded by a vector.
            unsafe { self.combined.combine::<S>(channel, &rows) };
        }
    }

    /// A tile of the four rows that are pooled together, of one group of channels.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    unsafe fn four_rows<S: Simd>(&mut self, rows: &Rows, x: usize, group: usize) {
        let Some(kernels) = &self.convolution.combined else { return };
        let mut out = [None; 4];
        for (index, &(_, _, code)) in rows.iter().enumerate() {
            out[usize::from(code / 2)] = Some(self.sums[index * CHANNELS * LANES..].as_mut_ptr());
        }
        let x = x + 1 - self.convolution.geometry.front(self.input)[2];
        // SAFETY: the caller's.
        unsafe { winograd::tile::<S>(kernels, &self.combined, x, group, &self.convolution.finish[group], &mut self.scratch, out) };
    }

    /// A tile of one row of the convolution, of one group of channels.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    unsafe fn tile<S: Simd>(&mut self, x: *const f32, plane: usize, group: usize, index: usize) {
        let Convolution { weight, finish, .. } = self.convolution;
        let taps = &self.taps[plane];
        let weight = weight[group * taps.len() * CHANNELS..].as_ptr();
        let out = self.sums[index * CHANNELS * LANES..].as_mut_ptr();
        // SAFETY: the caller's; weights are whole groups.
        unsafe { convolve::tile::<S>(x, taps, weight, &finish[group], (out, LANES)) };
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
            let start = (group * CHANNELS + in_group) * self.row_len + x / geometry.pool_step();
            let (values, codes) = (&mut self.values[start..], &mut self.codes[start..]);
            if !geometry.pool {
                values[..TILE * S::N].copy_from_slice(&self.sums[in_group * LANES..][..TILE * S::N]);
                continue;
            }
            let mut candidates: [Candidate; 4] = [(std::ptr::null(), 0); 4];
            for (index, (candidate, &(_, _, code))) in candidates.iter_mut().zip(rows.iter()).enumerate() {
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

    /// The rows of the convolution that take part in an output row, as plane in the block, y and code of the first voxel, and
    /// whether the padding in front of planes or rows takes part too.
    #[inline(always)]
    fn block_rows(&self, plane: usize, y: usize) -> (Rows, bool) {
        let geometry = &self.convolution.geometry;
        let per_axis = if geometry.pool { 2 } else { 1 };
        let front = geometry.front(self.input)[1];
        let mut rows = Rows::default();
        let mut touches_padding = false;
        for dz in 0..geometry.planes_per_block() {
            for dy in 0..per_axis {
                let (z, y) = (self.centre(plane, dz), (y * geometry.step() + dy) as isize - front as isize);
                if z < 0 || y < 0 {
                    touches_padding = true;
                } else {
                    rows.push((dz, y, (4 * dz + 2 * dy) as u8));
                }
            }
        }
        (rows, touches_padding)
    }

    /// Rectifies one channel of a row, and writes it where it belongs.
    #[inline(always)]
    fn finish_row(&mut self, [channel, plane, y]: [usize; 3]) {
        let geometry = self.convolution.geometry;
        let [_, height, width] = geometry.output(self.input);
        let of_channel = channel * self.row_len..channel * self.row_len + width;
        let (values, codes) = (&self.values[of_channel.clone()], &mut self.codes[of_channel]);
        if !geometry.pool {
            codes.fill(0);
        }
        let start = ((channel * self.n_held + plane % self.n_held) * height + y) * width;
        // SAFETY: no other piece writes this plane.
        let output = unsafe { self.output.part(start..start + width) };
        rectify(geometry.rectifier, values, codes, output);
        if let Some(winners) = &self.winners {
            // SAFETY: as above.
            let winners = unsafe { winners.part(start..start + width) };
            for (to, &code) in winners.iter_mut().zip(codes.iter()) {
                *to = code as u8;
            }
        }
    }
}

/// Applies a rectifier to values, and notes in their codes what it does to gradients.
#[inline(always)]
fn rectify(rectifier: Rectifier, values: &[f32], codes: &mut [u32], output: &mut [f32]) {
    match rectifier {
        Rectifier::None => output.copy_from_slice(&values[..output.len()]),
        Rectifier::Relu => {
            for ((to, &value), code) in output.iter_mut().zip(values).zip(codes) {
                *to = if value > 0.0 { value } else { 0.0 };
                *code = if value > 0.0 { *code } else { u32::from(winner::CLOSED) };
            }
        }
        Rectifier::Leaky => {
            for ((to, &value), code) in output.iter_mut().zip(values).zip(codes) {
                *to = if value > 0.0 { value } else { value * LEAK };
                *code = if value > 0.0 { *code } else { *code | u32::from(winner::LEAKS) };
            }
        }
    }
}

/// At most four rows.
#[derive(Default)]
struct Rows {
    rows: [(usize, isize, u8); 4],
    len: usize,
}

impl Rows {
    fn push(&mut self, row: (usize, isize, u8)) {
        self.rows[self.len] = row;
        self.len += 1;
    }
}

impl std::ops::Deref for Rows {
    type Target = [(usize, isize, u8)];

    fn deref(&self) -> &Self::Target {
        &self.rows[..self.len]
    }
}
