//! Convolution, normalisation, pooling and rectifier, plane by plane of the output.

use std::ops::Range;

use super::convolve::{self, CHANNELS, Finish, LANES, TILE};
use super::geometry::Geometry;
use super::packing::{finishes, packed};
use super::parallel::{Shared, in_pieces};
use super::pool::{self, Candidate};
use super::rectifier::rectify;
use super::rows::Rows;
use super::simd::{self, Job, Simd};
use super::slab::Slab;
use super::winograd::{self, COMPONENTS};
use crate::network::kernels::{BlockParameters, Rectifier, winner};

/// A convolution with what follows it, weights packed for [`convolve::tile`].
#[derive(Debug, Clone)]
pub struct Convolution {
    geometry: Geometry,
    weight: Weight,
    /// Of each group.
    finish: Vec<Finish>,
}

/// The weights in the order in which they are needed.
#[derive(Debug, Clone)]
enum Weight {
    /// Row by row: groups of [`CHANNELS`] outputs, each `n_in × taps × CHANNELS`; missing outputs are zero.
    Taps(Vec<f32>),
    /// Combined for two rows of two planes at once.
    Combined(winograd::Kernels),
}

/// Where the rows of an input come from: writes row `y` of plane `z` of a channel.
pub type Fill<'a> = dyn Fn(usize, usize, usize, &mut [f32]) + Sync + 'a;

impl Convolution {
    /// Packs weights `n_out × n_in × taps`. Every value is the sum of all its products.
    pub fn new(geometry: Geometry, parameters: &BlockParameters) -> Self {
        let BlockParameters { weight, bias, scale, shift, .. } = parameters;
        let (weight, finish) = packed(geometry.n_in * geometry.n_taps(), weight, [bias, scale, shift]);
        Self { geometry, weight: Weight::Taps(weight), finish }
    }

    /// The same with fewer products ([`winograd`]), where there are three axes and no strides. Whether the block pools does not change
    /// a bit of what is pooled: walks that are cut between convolution and pooling give the values of those that are not.
    pub fn with_fewer_products(geometry: Geometry, parameters: &BlockParameters) -> Self {
        if geometry.is_flat() || geometry.stride != 1 {
            return Self::new(geometry, parameters);
        }
        let BlockParameters { weight, bias, scale, shift, .. } = parameters;
        let weight = Weight::Combined(winograd::Kernels::new(geometry.n_in, weight));
        Self { geometry, weight, finish: finishes([bias, scale, shift]) }
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
            for plane in run.steps(&planes) {
                run.hold(plane);
                simd::run(Plane { run: &mut run, plane, planes: planes.clone() });
            }
        });
    }
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
    /// Planes, and rows, of the convolution that are computed together: two if they are pooled or have products in common.
    together: [usize; 2],
    /// Planes and rows of padding before the first of them, and columns before pooling.
    front: [usize; 3],
    /// Where in the slab the windows lie of the planes that are computed together.
    taps: [Vec<u32>; 2],
    /// Of the rows that are computed together.
    combined: winograd::Rows,
    scratch: Box<winograd::Scratch>,
    /// Finished sums of a tile: for each row that is computed together, of each channel of a group, [`LANES`] at most.
    sums: Vec<f32>,
    /// Of all channels, rows of the output before the rectifier (one if rows are pooled, else all that are computed together), and where
    /// in their blocks the values come from.
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
        let [depth, height, width] = input;
        let combines = matches!(convolution.weight, Weight::Combined(_));
        let rows = if geometry.pool || combines { 2 } else { 1 };
        let together = [if geometry.is_flat() { 1 } else { rows }, rows];
        let front = if combines { [depth % 2, height % 2, geometry.front(input)[2]] } else { geometry.front(input) };
        let slab = Slab::new(geometry.kernel_depth + together[0] - 1, geometry.n_in, [height, width], geometry.stride);
        let row_len = (width + 1).next_multiple_of(LANES);
        let n_rows = if geometry.pool { 1 } else { together[0] * together[1] };
        let len = n_rows * convolution.finish.len() * CHANNELS * row_len;
        let (sums, values, codes) = (vec![0.0; 4 * CHANNELS * LANES], vec![0.0; len], vec![0; len]);
        let combined = if combines { winograd::Rows::new(geometry.n_in, slab.row_len()) } else { winograd::Rows::default() };
        let scratch = Box::new([0.0; COMPONENTS * CHANNELS * LANES]);
        Self {
            convolution,
            fill,
            input,
            n_held,
            output,
            winners,
            slab,
            together,
            front,
            taps: Default::default(),
            combined,
            scratch,
            sums,
            values,
            codes,
            row_len,
        }
    }

    /// The steps in which planes of the output are computed: one for each, or for two that have products in common.
    fn steps(&self, planes: &Range<usize>) -> Range<usize> {
        let [n, front] = [self.together[0], self.front[0]];
        if self.convolution.geometry.pool || n == 1 {
            return planes.clone();
        }
        (planes.start + front) / n..(planes.end + front).div_ceil(n)
    }

    /// Sees to it that the planes are there that a step looks at.
    fn hold(&mut self, step: usize) {
        let depth = self.convolution.geometry.kernel_depth;
        let first = self.centre(step, 0) - (depth / 2) as isize;
        for z in first..first + (depth + self.together[0] - 1) as isize {
            self.slab.hold(z, self.input[0], |channel, y, row| (self.fill)(channel, z as usize, y, row));
        }
        if let Weight::Taps(_) = self.convolution.weight {
            for offset in 0..self.together[0] {
                let centre = self.centre(step, offset);
                if centre >= 0 {
                    self.slab.taps(centre, depth, &mut self.taps[offset]);
                }
            }
        }
    }

    /// The plane of the input in the middle of the window, for the `offset`-th plane of a step; −1 is padding.
    fn centre(&self, step: usize, offset: usize) -> isize {
        let [n, stride] = if self.convolution.geometry.is_flat() { [1, 1] } else { [self.together[0], self.convolution.geometry.stride] };
        (step * n * stride + offset) as isize - self.front[0] as isize
    }
}

/// One step: a plane of the output, or those of two that are wanted.
struct Plane<'r, 'a> {
    run: &'r mut Run<'a>,
    plane: usize,
    planes: Range<usize>,
}

impl Job for Plane<'_, '_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { run, plane, planes } = self;
        let [_, height, _] = run.convolution.geometry.output(run.input);
        let n_rows = if run.convolution.geometry.pool { 1 } else { run.together[1] };
        for y in 0..height.div_ceil(n_rows) {
            // SAFETY: the caller's.
            unsafe { run.rows::<S>([plane, y], &planes) };
        }
    }
}

impl Run<'_> {
    /// One row of the output, or those that are computed together, all channels.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    unsafe fn rows<S: Simd>(&mut self, [plane, y]: [usize; 2], planes: &Range<usize>) {
        let convolution = self.convolution;
        let geometry = convolution.geometry;
        let (rows, touches_padding) = self.rows_together([plane, y], planes);
        let front = self.front[2];
        let width = front + if geometry.stride == 2 { self.input[2].div_ceil(2) } else { self.input[2] };
        // SAFETY: the caller's.
        unsafe { self.combine::<S>(plane, y) };
        // All channels of a tile one after the other: what they read stays in the cache.
        for x in (0..width).step_by(TILE * S::N) {
            for group in 0..convolution.finish.len() {
                // SAFETY: slab rows and rows of values are padded to whole tiles.
                unsafe {
                    match &convolution.weight {
                        Weight::Combined(kernels) => self.combined_tile::<S>(kernels, &rows, x, group),
                        Weight::Taps(weight) => {
                            for (index, &(plane, y, _)) in rows.iter().enumerate() {
                                self.tile::<S>(weight, self.slab.row(y, x as isize - front as isize), plane, group, index);
                            }
                        }
                    }
                    self.pool_tile::<S>(&rows, touches_padding, group, x);
                }
            }
        }
        let n_written = if geometry.pool { 1 } else { rows.len() };
        for (index, &(dz, row, _)) in rows.iter().take(n_written).enumerate() {
            let to = match geometry.pool || self.together[1] == 1 {
                true => [plane, y],
                false => [self.centre(plane, dz) as usize, row as usize],
            };
            for channel in 0..geometry.n_out {
                self.finish_row(index, channel, to);
            }
        }
    }

    /// Combines what the rows look at that are computed together.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    unsafe fn combine<S: Simd>(&mut self, plane: usize, y: usize) {
        if let Weight::Taps(_) = self.convolution.weight {
            return;
        }
        let first = [self.centre(plane, 0) - 1, (2 * y) as isize - self.front[1] as isize - 1];
        for channel in 0..self.convolution.geometry.n_in {
            let mut rows = [std::ptr::null(); COMPONENTS];
            for (index, row) in rows.iter_mut().enumerate() {
                // What lies before the padding only takes part in the padding itself, which nobody reads.
                let [z, y] = [(first[0] + (index / 4) as isize).max(-1), (first[1] + (index % 4) as isize).max(-1)];
                *row = self.slab.padded_row(channel, z, y);
            }
            // SAFETY: the caller's; slabs are padded by a vector.
            unsafe { self.combined.combine::<S>(channel, &rows) };
        }
    }

    /// A tile of the rows that are computed together, of one group of channels.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    unsafe fn combined_tile<S: Simd>(&mut self, kernels: &winograd::Kernels, rows: &Rows, x: usize, group: usize) {
        let mut out = [None; 4];
        for (index, &(_, _, code)) in rows.iter().enumerate() {
            out[usize::from(code / 2)] = Some(self.sums[index * CHANNELS * LANES..].as_mut_ptr());
        }
        let (x, finish) = (x + 1 - self.front[2], &self.convolution.finish[group]);
        // SAFETY: the caller's.
        unsafe { winograd::tile::<S>((kernels, group), (&self.combined, x), finish, &mut self.scratch, out) };
    }

    /// A tile of one row of the convolution, of one group of channels.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    unsafe fn tile<S: Simd>(&mut self, weight: &[f32], x: *const f32, plane: usize, group: usize, index: usize) {
        let taps = &self.taps[plane];
        let weight = weight[group * taps.len() * CHANNELS..].as_ptr();
        let out = self.sums[index * CHANNELS * LANES..].as_mut_ptr();
        // SAFETY: the caller's; weights are whole groups.
        unsafe { convolve::tile::<S>(x, taps, weight, &self.convolution.finish[group], (out, LANES)) };
    }

    /// Pools a tile of one group of channels, whose first column is the `x`-th, padding included.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    unsafe fn pool_tile<S: Simd>(&mut self, rows: &Rows, touches_padding: bool, group: usize, x: usize) {
        let geometry = self.convolution.geometry;
        let pads_column = x == 0 && self.front[2] == 1;
        let from_zero = touches_padding || geometry.rectifier == Rectifier::Relu;
        for in_group in 0..CHANNELS {
            let channel = group * CHANNELS + in_group;
            if !geometry.pool {
                for row in 0..rows.len() {
                    let start = self.row_of_values(row, channel) + x;
                    let sums = &self.sums[(row * CHANNELS + in_group) * LANES..][..TILE * S::N];
                    self.values[start..start + TILE * S::N].copy_from_slice(sums);
                }
                continue;
            }
            let start = self.row_of_values(0, channel) + x / 2;
            let (values, codes) = (&mut self.values[start..], &mut self.codes[start..]);
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

    /// Where the values of a channel of one of the rows begin that are computed together.
    #[inline(always)]
    fn row_of_values(&self, row: usize, channel: usize) -> usize {
        (row * self.convolution.finish.len() * CHANNELS + channel) * self.row_len
    }

    /// The rows of the convolution that are computed together, as plane in the step, y and code of the first voxel, and whether
    /// the padding in front of planes or rows takes part too. Rows that are not pooled are left out where nobody wants their plane.
    #[inline(always)]
    fn rows_together(&self, [plane, y]: [usize; 2], planes: &Range<usize>) -> (Rows, bool) {
        let geometry = &self.convolution.geometry;
        let pairs = !geometry.pool && self.together[0] == 2;
        let mut rows = Rows::default();
        let mut touches_padding = false;
        for dz in 0..self.together[0] {
            for dy in 0..self.together[1] {
                let z = self.centre(plane, dz);
                let y = (y * self.together[1] * geometry.stride + dy) as isize - self.front[1] as isize;
                if z < 0 || y < 0 {
                    touches_padding = true;
                } else if !pairs || planes.contains(&(z as usize)) {
                    rows.push((dz, y, (4 * dz + 2 * dy) as u8));
                }
            }
        }
        (rows, touches_padding)
    }

    /// Rectifies one channel of a row, and writes it where it belongs.
    #[inline(always)]
    fn finish_row(&mut self, row: usize, channel: usize, [plane, y]: [usize; 2]) {
        let geometry = self.convolution.geometry;
        let [_, height, width] = geometry.output(self.input);
        let start = self.row_of_values(row, channel);
        let of_channel = start..start + width;
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
