//! The end of a residual block: branch and shortcut are added, go through a function and are pooled, row by row.

use std::ops::Range;

use super::block::STRIDE;
use super::input_planes::InputPlanes;
use super::pointwise::{PaddedRows, Pointwise};
use super::ring::Ring;
use super::{activation, place};
use crate::kernels::activation::Activation;
use crate::kernels::cpu::convolve::CHANNELS;
use crate::kernels::cpu::parallel::{SharedSlice, in_pieces};
use crate::kernels::cpu::plane_range::PlaneRange;
use crate::kernels::cpu::simd::{self, Simd, VectorKernel};

/// Voxels of a pooling window along an axis.
const KERNEL: usize = 3;

/// Branch and shortcut of a residual block, and what follows their sum.
pub struct BranchJoin<'a> {
    /// The branch, before squeeze-excitation multiplies it.
    pub branch: &'a Ring,
    /// What each channel of the branch is multiplied by.
    pub gate: &'a [f32],
    /// The block's input, C×D×H×W.
    pub x: InputPlanes<'a>,
    /// Planes, rows and columns of the whole input.
    pub axes: [usize; 3],
    /// Planes that the output holds.
    pub output_planes: PlaneRange,
    /// The convolution of the shortcut, from the block's input.
    pub shortcut: &'a Pointwise,
    /// The function after the sum.
    pub activation: Activation,
}

/// What the pooling windows of a residual block give, each O×D'×H'×W'.
pub struct Pooled<'a> {
    /// The largest value of each window.
    pub values: &'a mut [f32],
    /// Which voxel of its window was the largest, as `16·z + 4·y + x`; of several the first in scan order, last axis fastest.
    pub winners: Option<&'a mut [u8]>,
    /// The branch at that voxel, before it was multiplied by the gate.
    pub branch: Option<&'a mut [f32]>,
}

impl BranchJoin<'_> {
    /// Computes planes of the output.
    pub fn planes(&self, planes: Range<usize>, pooled: Pooled<'_>) {
        let values = SharedSlice::new(pooled.values);
        let (winners, branch) = (pooled.winners.map(SharedSlice::new), pooled.branch.map(SharedSlice::new));
        in_pieces(planes, |planes| {
            let mut windows = PoolWindows::new(self);
            for plane in planes {
                for group in 0..self.shortcut.n_groups() {
                    simd::run(WindowGroup { windows: &mut windows, plane, group });
                    windows.write(plane, group, &values, winners.as_ref(), branch.as_ref());
                }
            }
        });
    }
}

/// What a thread needs for the windows of one plane of a group of channels: the largest values along columns, then rows, then
/// planes.
struct PoolWindows<'a> {
    join: &'a BranchJoin<'a>,
    /// Rows and columns of windows.
    shape: [usize; 2],
    /// A row of the block's input, all channels.
    input: PaddedRows,
    /// A row of the sum of branch and shortcut, a group of channels.
    sums: PaddedRows,
    /// For each of the last three rows the largest of every three neighbours, and which of them it was, as a number.
    threes: [PaddedRows; 2],
    /// The largest value of each window so far, and its place as in [`place`], as a number.
    largest: [PaddedRows; 2],
}

impl<'a> PoolWindows<'a> {
    fn new(join: &'a BranchJoin<'a>) -> Self {
        let [_, height, width] = join.axes;
        let shape @ [n_rows, n_columns] = [height, width].map(|n| (n - 1) / STRIDE);
        let two = |n_channels: usize| [0, 1].map(|_| PaddedRows::new(n_channels, n_columns));
        let (input, sums) = (PaddedRows::new(join.shortcut.n_in(), width), PaddedRows::new(CHANNELS, width));
        Self { join, shape, input, sums, threes: two(KERNEL * CHANNELS), largest: two(n_rows * CHANNELS) }
    }

    /// Computes row `y` of plane `z` of a group of channels: the sums of branch and shortcut, after the function.
    ///
    /// # Safety
    /// The machine has the instructions of `S`.
    #[inline(always)]
    unsafe fn sum<S: Simd>(&mut self, group: usize, z: usize, y: usize) {
        let BranchJoin { branch, gate, x, axes: [_, height, width], shortcut, activation, .. } = *self.join;
        for channel in 0..shortcut.n_in() {
            self.input.set(channel, x.row(channel, z, y, [height, width]));
        }
        // SAFETY: the caller's machine has the instructions of `S`; rings and padded rows are readable, and padded rows writable, for a
        // whole vector beyond `width`.
        unsafe {
            shortcut.row::<S>(group, &self.input, &mut self.sums, width);
            for (index, channel) in shortcut.channels(group).enumerate() {
                let (from, to) = (branch.row_and_beyond(channel, z, y), self.sums.get_mut(index));
                let gate = S::splat(gate[channel]);
                for at in (0..width).step_by(S::N) {
                    let (from, to) = (from.as_ptr().add(at), to.as_mut_ptr().add(at));
                    let sum = S::load(to).add_product(S::load(from), gate);
                    activation::of_vector(activation, sum).store(to);
                }
            }
        }
    }

    /// The largest of every three neighbours of a row of sums, two columns apart, written to one of three slots.
    ///
    /// # Safety
    /// The machine has the instructions of `S`.
    #[inline(always)]
    unsafe fn reduce_row<S: Simd>(&mut self, channel: usize, slot: usize) {
        let from = self.sums.get(channel).as_ptr();
        let [values, codes] = self.threes.each_mut().map(|rows| rows.get_mut(slot * CHANNELS + channel).as_mut_ptr());
        for at in (0..self.shape[1]).step_by(S::N) {
            // SAFETY: the caller's machine has the instructions of `S`; padded rows hold two whole vectors beyond their width, of which
            // pairs from two values further on take part of the second.
            unsafe {
                let (first, second) = S::load_pairs(from.add(2 * at));
                let (third, _) = S::load_pairs(from.add(2 * at + 2));
                let largest = first.larger(S::splat(0.0), second, S::splat(1.0));
                let largest = largest.0.larger(largest.1, third, S::splat(2.0));
                largest.0.store(values.add(at));
                largest.1.store(codes.add(at));
            }
        }
    }

    /// The largest of the last three rows, for a row of windows, and of what the windows' planes before `plane` gave.
    ///
    /// # Safety
    /// The machine has the instructions of `S`.
    #[inline(always)]
    unsafe fn reduce_plane<S: Simd>(&mut self, channel: usize, row: usize, plane: usize) {
        let [values, codes] = self.largest.each_mut().map(|rows| rows.get_mut(row * CHANNELS + channel).as_mut_ptr());
        for at in (0..self.shape[1]).step_by(S::N) {
            // SAFETY: the caller's machine has the instructions of `S`; padded rows hold whole vectors beyond their width.
            unsafe {
                let mut largest = (S::splat(0.0), S::splat(0.0));
                for dy in 0..KERNEL {
                    let slot = (STRIDE * row + dy) % KERNEL;
                    let [value, code] = self.threes.each_ref().map(|rows| S::load(rows.get(slot * CHANNELS + channel).as_ptr().add(at)));
                    let code = code.add(S::splat(f32::from(dy as u8 * place::ROW + plane as u8 * place::PLANE)));
                    largest = match dy {
                        0 => (value, code),
                        _ => largest.0.larger(largest.1, value, code),
                    };
                }
                if plane > 0 {
                    let before = (S::load(values.add(at)), S::load(codes.add(at)));
                    largest = before.0.larger(before.1, largest.0, largest.1);
                }
                largest.0.store(values.add(at));
                largest.1.store(codes.add(at));
            }
        }
    }

    /// Writes what the windows of a plane of the output gave, where each is wanted.
    fn write(
        &self,
        plane: usize,
        group: usize,
        values: &SharedSlice<'_, f32>,
        winners: Option<&SharedSlice<'_, u8>>,
        branch: Option<&SharedSlice<'_, f32>>,
    ) {
        let [n_rows, n_columns] = self.shape;
        for (index, channel) in self.join.shortcut.channels(group).enumerate() {
            for row in 0..n_rows {
                let start = self.join.output_planes.row(channel, plane, row, self.shape);
                let there = start..start + n_columns;
                let [largest, codes] = self.largest.each_ref().map(|rows| &rows.get(row * CHANNELS + index)[..n_columns]);
                // SAFETY: the row belongs to this plane of the output, each plane to one piece, and the parts are dropped before the next.
                unsafe {
                    values.part(there.clone()).copy_from_slice(largest);
                    if let Some(winners) = winners {
                        let to = winners.part(there.clone());
                        to.iter_mut().zip(codes).for_each(|(to, &code)| *to = code as u8);
                    }
                    if let Some(branch) = branch {
                        self.look_up_branch(channel, plane, row, codes, branch.part(there));
                    }
                }
            }
        }
    }

    /// Copies the branch at the voxels where the largest values of a row of windows were.
    fn look_up_branch(&self, channel: usize, plane: usize, row: usize, codes: &[f32], to: &mut [f32]) {
        for (column, (to, &code)) in to.iter_mut().zip(codes).enumerate() {
            let code = code as u8;
            let z = STRIDE * plane + usize::from(code / place::PLANE);
            let y = STRIDE * row + usize::from(code % place::PLANE / place::ROW);
            *to = self.join.branch.row(channel, z, y)[STRIDE * column + usize::from(code % place::ROW)];
        }
    }
}

/// Computes one plane of windows of a group of channels.
struct WindowGroup<'r, 'a> {
    windows: &'r mut PoolWindows<'a>,
    plane: usize,
    group: usize,
}

impl VectorKernel for WindowGroup<'_, '_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { windows, plane, group } = self;
        let n_channels = windows.join.shortcut.channels(group).len();
        for dz in 0..KERNEL {
            for y in 0..STRIDE * windows.shape[0] + 1 {
                // SAFETY: the caller's machine has the instructions of `S`.
                unsafe {
                    windows.sum::<S>(group, STRIDE * plane + dz, y);
                    for channel in 0..n_channels {
                        windows.reduce_row::<S>(channel, y % KERNEL);
                        if y >= STRIDE && y % STRIDE == 0 {
                            windows.reduce_plane::<S>(channel, y / STRIDE - 1, dz);
                        }
                    }
                }
            }
        }
    }
}
