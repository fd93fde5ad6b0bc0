//! Convolution, normalisation, pooling and rectifier, plane by plane of the output.

use std::ops::Range;

use super::convolve::{self, CHANNELS, Finish, LANES};
use super::geometry::Geometry;
use super::parallel::{Shared, in_pieces};
use super::pool::{self, Candidate};
use super::simd::{self, Job, Simd};
use super::slab::Slab;
use crate::network::kernels::{BlockParameters, LEAK, Rectifier, winner};

/// A convolution with what follows it, weights packed for [`convolve::row`].
#[derive(Debug, Clone)]
pub struct Convolution {
    geometry: Geometry,
    /// Groups of [`CHANNELS`] outputs, each `n_in × taps × CHANNELS`; missing outputs are zero.
    weight: Vec<f32>,
    /// Of each group.
    finish: Vec<Finish>,
}

/// Where the rows of an input come from: writes row `y` of plane `z` of a channel.
pub type Fill<'a> = dyn Fn(usize, usize, usize, &mut [f32]) + Sync + 'a;

impl Convolution {
    /// Packs weights `n_out × n_in × taps`.
    pub fn new(geometry: Geometry, parameters: &BlockParameters) -> Self {
        let BlockParameters { weight, bias, scale, shift, .. } = parameters;
        let (weight, finish) = packed(geometry.n_in * geometry.n_taps(), weight, [bias, scale, shift]);
        Self { geometry, weight, finish }
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

/// Packs weights `n_out × n_each` for [`convolve::row`], and bias, scale and shift of each output channel with them.
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
    /// Rows of normalised sums: for each row of a pooling block, of each channel of a group.
    sums: Vec<f32>,
    sums_len: usize,
    values: Vec<f32>,
    codes: Vec<u32>,
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
        let sums_len = width.next_multiple_of(LANES) + 2 * LANES;
        let values = vec![0.0; sums_len];
        let sums = vec![0.0; 4 * CHANNELS * sums_len];
        Self { convolution, fill, input, n_held, output, winners, slab, sums, sums_len, codes: vec![0; sums_len], values }
    }

    /// Sees to it that the planes are there that an output plane looks at.
    fn hold(&mut self, plane: usize) {
        let first = self.centre(plane, 0) - (self.convolution.geometry.kernel_depth / 2) as isize;
        for z in first..first + self.convolution.geometry.planes_at_once() as isize {
            self.slab.hold(z, self.input[0], |channel, y, row| (self.fill)(channel, z as usize, y, row));
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
        let taps: [_; 4] = std::array::from_fn(|index| rows.get(index).map(|&(z, y, _)| self.taps(z, y)));
        let n_each = geometry.n_in * geometry.n_taps() * CHANNELS;
        let width = if geometry.stride == 2 { self.input[2].div_ceil(2) } else { self.input[2] };
        let front = geometry.front(self.input)[2];
        for group in 0..self.convolution.finish.len() {
            // SAFETY: slab rows are padded to whole tiles, rows of sums are longer by as much; weights are whole groups.
            unsafe {
                for (index, taps) in taps.iter().flatten().enumerate() {
                    let out = self.sums.as_mut_ptr().add(index * CHANNELS * self.sums_len + front);
                    let weight = self.convolution.weight.as_ptr().add(group * n_each);
                    let finish = &self.convolution.finish[group];
                    let channels = (geometry.n_in, self.slab.channel_stride());
                    convolve::row::<S>(&taps[..geometry.n_taps()], channels, weight, finish, (out, self.sums_len), width);
                }
            }
            for channel in 0..CHANNELS.min(geometry.n_out - group * CHANNELS) {
                // SAFETY: the caller's.
                unsafe { self.finish_row::<S>(&rows, touches_padding, channel, [group * CHANNELS + channel, plane, y]) };
            }
        }
    }

    /// The rows of the convolution that take part in an output row, as z, y and code of the first voxel, and whether the
    /// padding in front of planes or rows takes part too.
    #[inline(always)]
    fn block_rows(&self, plane: usize, y: usize) -> (Rows, bool) {
        let geometry = &self.convolution.geometry;
        let per_axis = if geometry.pool { 2 } else { 1 };
        let front = geometry.front(self.input)[1];
        let mut rows = Rows::default();
        let mut touches_padding = false;
        for dz in 0..if geometry.is_flat() { 1 } else { per_axis } {
            for dy in 0..per_axis {
                let (z, y) = (self.centre(plane, dz), (y * geometry.step() + dy) as isize - front as isize);
                if z < 0 || y < 0 {
                    touches_padding = true;
                } else {
                    rows.push((z, y, (4 * dz + 2 * dy) as u8));
                }
            }
        }
        (rows, touches_padding)
    }

    /// The values under the window of the first voxel of a row.
    #[inline(always)]
    fn taps(&self, z: isize, y: isize) -> [*const f32; 27] {
        let depth = self.convolution.geometry.kernel_depth;
        let mut taps = [std::ptr::null(); 27];
        for (index, taps) in taps.chunks_exact_mut(3).take(3 * depth).enumerate() {
            let (dz, dy) = ((index / 3) as isize - (depth / 2) as isize, (index % 3) as isize - 1);
            taps.copy_from_slice(&self.slab.taps(z + dz, y + dy));
        }
        taps
    }

    /// Pools and rectifies one channel of a row, and writes it where it belongs.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    unsafe fn finish_row<S: Simd>(&mut self, rows: &Rows, touches_padding: bool, in_group: usize, place: [usize; 3]) {
        let geometry = self.convolution.geometry;
        let [_, height, width] = geometry.output(self.input);
        let sums = |index: usize| self.sums[(index * CHANNELS + in_group) * self.sums_len..].as_ptr();
        let from_zero = touches_padding || geometry.rectifier == Rectifier::Relu;
        if geometry.pool {
            let mut candidates: [Candidate; 4] = [(std::ptr::null(), 0); 4];
            for (index, (candidate, &(_, _, code))) in candidates.iter_mut().zip(rows.iter()).enumerate() {
                *candidate = (sums(index), code);
            }
            // SAFETY: rows of sums have room for whole vectors of pairs.
            unsafe { pool::largest::<S>(&candidates[..rows.len()], from_zero, width, self.values.as_mut_ptr(), self.codes.as_mut_ptr()) };
            if geometry.front(self.input)[2] == 1 && self.codes[0] & 1 == 0 {
                // What won is the zero in front of the row.
                self.codes[0] = u32::from(winner::CLOSED);
            }
        } else {
            // SAFETY: as above.
            let sums = unsafe { std::slice::from_raw_parts(sums(0), width) };
            self.values[..width].copy_from_slice(sums);
            self.codes[..width].fill(0);
        }
        let start = ((place[0] * self.n_held + place[1] % self.n_held) * height + place[2]) * width;
        // SAFETY: no other piece writes this plane.
        let output = unsafe { self.output.part(start..start + width) };
        rectify(geometry.rectifier, &self.values, &mut self.codes, output);
        if let Some(winners) = &self.winners {
            // SAFETY: as above.
            let winners = unsafe { winners.part(start..start + width) };
            for (to, &code) in winners.iter_mut().zip(&self.codes) {
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
    rows: [(isize, isize, u8); 4],
    len: usize,
}

impl Rows {
    fn push(&mut self, row: (isize, isize, u8)) {
        self.rows[self.len] = row;
        self.len += 1;
    }
}

impl std::ops::Deref for Rows {
    type Target = [(isize, isize, u8)];

    fn deref(&self) -> &Self::Target {
        &self.rows[..self.len]
    }
}
