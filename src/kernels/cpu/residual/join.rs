//! The end of a residual block: branch and shortcut are added, go through a function and are pooled, row by row.

use std::ops::Range;

use super::input::Input;
use super::pointwise::{Pointwise, Rows};
use super::ring::Ring;
use super::{STRIDE, rectify};
use crate::kernels::Activation;
use crate::kernels::cpu::convolve::CHANNELS;
use crate::kernels::cpu::held::Held;
use crate::kernels::cpu::parallel::{Shared, in_pieces};
use crate::kernels::cpu::simd::{self, Job, Simd};

/// Voxels of a pooling window along an axis.
const KERNEL: usize = 3;

/// Which voxel of a window of 3×3×3 is the largest: `16·z + 4·y + x`.
pub mod place {
    /// From z to z + 1.
    pub const PLANE: u8 = 16;
    /// From y to y + 1.
    pub const ROW: u8 = 4;
}

/// What is joined.
pub struct Join<'a> {
    /// The branch.
    pub branch: &'a Ring,
    /// What each of its channels is multiplied by.
    pub gate: &'a [f32],
    /// The block's input, C×D×H×W.
    pub x: Input<'a>,
    /// D, H and W.
    pub axes: [usize; 3],
    /// Planes that the output holds.
    pub to: Held,
    /// From the input.
    pub shortcut: &'a Pointwise,
    /// After the sum.
    pub activation: Activation,
}

/// What the windows give, each O×D'×H'×W'.
pub struct Pooled<'a> {
    /// The largest values.
    pub values: &'a mut [f32],
    /// Where they were, as in [`place`]; of several the first in scan order, last axis fastest.
    pub winners: Option<&'a mut [u8]>,
    /// The branch there, before it was multiplied.
    pub branch: Option<&'a mut [f32]>,
}

impl Join<'_> {
    /// Computes planes of the output.
    pub fn planes(&self, planes: Range<usize>, pooled: Pooled<'_>) {
        let values = Shared::new(pooled.values);
        let (winners, branch) = (pooled.winners.map(Shared::new), pooled.branch.map(Shared::new));
        in_pieces(planes, |planes| {
            let mut windows = Windows::new(self);
            for plane in planes {
                for group in 0..self.shortcut.n_groups() {
                    simd::run(Group { windows: &mut windows, plane, group });
                    windows.write(plane, group, &values, winners.as_ref(), branch.as_ref());
                }
            }
        });
    }
}

/// The windows of one plane of a group of channels.
struct Windows<'a> {
    join: &'a Join<'a>,
    /// Rows and columns of windows.
    shape: [usize; 2],
    input: Rows,
    sums: Rows,
    /// Of the last three rows the largest of each three neighbours, and which of them.
    threes: [Rows; 2],
    /// The largest of each window so far, and its place.
    largest: [Rows; 2],
}

impl<'a> Windows<'a> {
    fn new(join: &'a Join<'a>) -> Self {
        let [_, height, width] = join.axes;
        let shape @ [n_rows, n_columns] = [height, width].map(|n| (n - 1) / STRIDE);
        let two = |n_channels: usize| [0, 1].map(|_| Rows::new(n_channels, n_columns));
        let (input, sums) = (Rows::new(join.shortcut.n_in(), width), Rows::new(CHANNELS, width));
        Self { join, shape, input, sums, threes: two(KERNEL * CHANNELS), largest: two(n_rows * CHANNELS) }
    }

    /// Row y of plane z of a group: the sums of branch and shortcut, after the function.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    unsafe fn sum<S: Simd>(&mut self, group: usize, z: usize, y: usize) {
        let Join { branch, gate, x, axes: [_, height, width], shortcut, activation, .. } = *self.join;
        for channel in 0..shortcut.n_in() {
            self.input.set(channel, x.row(channel, z, y, [height, width]));
        }
        // SAFETY: the caller's; rings and rows have room for a whole vector beyond `width`.
        unsafe {
            shortcut.row::<S>(group, &self.input, &mut self.sums, width);
            for (index, channel) in shortcut.channels(group).enumerate() {
                let (from, to) = (branch.row_and_beyond(channel, z, y), self.sums.get_mut(index));
                let gate = S::splat(gate[channel]);
                for at in (0..width).step_by(S::N) {
                    let (from, to) = (from.as_ptr().add(at), to.as_mut_ptr().add(at));
                    let sum = S::load(to).add_product(S::load(from), gate);
                    rectify::of_vector(activation, sum).store(to);
                }
            }
        }
    }

    /// The largest of each three neighbours of a row of sums.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    unsafe fn reduce_row<S: Simd>(&mut self, channel: usize, slot: usize) {
        let from = self.sums.get(channel).as_ptr();
        let [values, codes] = self.threes.each_mut().map(|rows| rows.get_mut(slot * CHANNELS + channel).as_mut_ptr());
        for at in (0..self.shape[1]).step_by(S::N) {
            // SAFETY: the caller's; rows have room for two whole vectors beyond their width.
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

    /// The largest of the last three rows, and of what came of the planes before.
    ///
    /// # Safety
    /// As [`Simd`].
    #[inline(always)]
    unsafe fn reduce_plane<S: Simd>(&mut self, channel: usize, row: usize, plane: usize) {
        let [values, codes] = self.largest.each_mut().map(|rows| rows.get_mut(row * CHANNELS + channel).as_mut_ptr());
        for at in (0..self.shape[1]).step_by(S::N) {
            // SAFETY: as above.
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

    fn write(
        &self,
        plane: usize,
        group: usize,
        values: &Shared<'_, f32>,
        winners: Option<&Shared<'_, u8>>,
        branch: Option<&Shared<'_, f32>>,
    ) {
        let [n_rows, n_columns] = self.shape;
        for (index, channel) in self.join.shortcut.channels(group).enumerate() {
            for row in 0..n_rows {
                let start = self.join.to.row(channel, plane, row, self.shape);
                let there = start..start + n_columns;
                let [largest, codes] = self.largest.each_ref().map(|rows| &rows.get(row * CHANNELS + index)[..n_columns]);
                // SAFETY: no other piece writes this plane.
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

    /// The branch where the largest values of a row of windows were.
    fn look_up_branch(&self, channel: usize, plane: usize, row: usize, codes: &[f32], to: &mut [f32]) {
        for (column, (to, &code)) in to.iter_mut().zip(codes).enumerate() {
            let code = code as u8;
            let z = STRIDE * plane + usize::from(code / place::PLANE);
            let y = STRIDE * row + usize::from(code % place::PLANE / place::ROW);
            *to = self.join.branch.row(channel, z, y)[STRIDE * column + usize::from(code % place::ROW)];
        }
    }
}

/// One plane of the output, of a group of channels.
struct Group<'r, 'a> {
    windows: &'r mut Windows<'a>,
    plane: usize,
    group: usize,
}

impl Job for Group<'_, '_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { windows, plane, group } = self;
        let n_channels = windows.join.shortcut.channels(group).len();
        for dz in 0..KERNEL {
            for y in 0..STRIDE * windows.shape[0] + 1 {
                // SAFETY: the caller's.
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
