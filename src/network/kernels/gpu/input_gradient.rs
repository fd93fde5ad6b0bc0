//! The way back through a block: a sparse gather.
//!
//! An invocation owns two voxels of the input along each axis, of four channels, so nothing is written twice. It visits the few output
//! voxels that can have come from there, and of each only the winning voxel of the convolution: seven of eight are never looked
//! at. Owned voxels are aligned so that their windows end where pooling blocks end: along each axis two blocks suffice.
//! Channels vary fastest among neighbouring invocations, so that these visit the same winners.

use cubecl::prelude::*;

use super::form::Form;
use crate::network::kernels::{LEAK, winner};

/// Invocations of one workgroup.
pub const GROUP: u32 = 64;

/// Sizes of one slab. Axes as in [`super::shape::SlabShape`].
#[derive(CubeLaunch, CubeType)]
pub struct GradientSizes {
    n_in: u32,
    n_out: u32,
    axis_0: GradientAxis,
    axis_1: GradientAxis,
    axis_2: GradientAxis,
    /// Invocations that have something to do.
    n_units: u32,
}

/// One axis of it.
#[derive(CubeLaunch, CubeType, Clone, Copy)]
pub struct GradientAxis {
    n_in: u32,
    n_out: u32,
    front: i32,
    padding: i32,
    /// First voxel that the first invocation owns; it may be before the first one.
    first: i32,
    /// Invocations along the axis.
    n_units: u32,
}

/// `gradient` is O×m×H'×W', `winners` as the forward kernel wrote them, `weight` O×taps×⌈C / N⌉×N and scaled, `dx` C×n×H×W.
#[cube(launch_unchecked)]
pub fn input_gradient_kernel<N: Size>(
    gradient: &[f32],
    winners: &[u32],
    weight: &[Vector<f32, N>],
    dx: &mut [f32],
    sizes: GradientSizes,
    #[comptime] form: Form,
) {
    let unit = CUBE_POS as u32 * GROUP + UNIT_POS_X;
    if unit >= sizes.n_units {
        terminate!();
    }
    let n_lanes = N::value();
    let lanes = comptime!(n_lanes as u32);
    let n_groups = (sizes.n_in + lanes - 1) / lanes;
    let channels = unit % n_groups;
    let block = unit / n_groups;
    let own = OwnedBlock {
        along_0: owned(block / (sizes.axis_2.n_units * sizes.axis_1.n_units), &sizes.axis_0, 0usize, form),
        along_1: owned((block / sizes.axis_2.n_units) % sizes.axis_1.n_units, &sizes.axis_1, 1usize, form),
        along_2: owned(block % sizes.axis_2.n_units, &sizes.axis_2, 2usize, form),
    };
    let mut sums = Array::<Vector<f32, N>>::new(comptime!(form.owned(0) * form.owned(1) * form.owned(2)));
    #[unroll]
    for voxel in 0..comptime!(form.owned(0) * form.owned(1) * form.owned(2)) {
        sums[voxel] = Vector::new(0.0);
    }
    let n_cells = sizes.axis_0.n_out * sizes.axis_1.n_out * sizes.axis_2.n_out;
    // Outputs outside, cells inside: the weights of four outputs serve all cells.
    for four in 0..(sizes.n_out + 3) / 4 {
        for c_0 in own.along_0.cells_from..own.along_0.cells_to {
            for c_1 in own.along_1.cells_from..own.along_1.cells_to {
                for c_2 in own.along_2.cells_from..own.along_2.cells_to {
                    let cell = (c_0 * sizes.axis_1.n_out + c_1) * sizes.axis_2.n_out + c_2;
                    let codes = winners[(four * n_cells + cell) as usize];
                    let near = Near {
                        tap_0: tap_at(&own.along_0, c_0, 0usize, form),
                        tap_1: tap_at(&own.along_1, c_1, 1usize, form),
                        tap_2: tap_at(&own.along_2, c_2, 2usize, form),
                    };
                    for lane in 0..4u32 {
                        let out = four * 4 + lane;
                        let code = (codes >> (8 * lane)) & 255;
                        if out < sizes.n_out && (code & comptime!(u32::from(winner::CLOSED))) == 0 {
                            let g = gradient[(out * n_cells + cell) as usize] * slope(code, form);
                            let first_tap = out * comptime!(form.n_taps()) * n_groups + channels;
                            add_winner(weight, &mut sums, &near, code, g, first_tap, n_groups, form);
                        }
                    }
                }
            }
        }
    }
    store(dx, &sums, &own, channels * lanes, &sizes, form);
}

/// By what the gradient of an open value is multiplied.
#[cube]
fn slope(code: u32, #[comptime] form: Form) -> f32 {
    let mut slope = 1.0f32;
    if comptime!(form.leaks()) {
        slope = select((code & comptime!(u32::from(winner::LEAKS))) != 0, LEAK, 1.0);
    }
    slope
}

/// What an invocation owns.
#[derive(CubeType)]
struct OwnedBlock {
    along_0: Owned,
    along_1: Owned,
    along_2: Owned,
}

/// What an invocation owns along one axis, and what it visits.
#[derive(CubeType)]
struct Owned {
    /// First voxel.
    first: i32,
    /// First output voxel to visit.
    cells_from: u32,
    /// The one after the last.
    cells_to: u32,
    /// Tap of the window at convolution voxel 0 that covers the first voxel (mostly there is none so large).
    tap: i32,
}

/// Taps of the window at the first voxel of a pooling block that cover the first owned voxel.
#[derive(CubeType)]
struct Near {
    tap_0: i32,
    tap_1: i32,
    tap_2: i32,
}

#[cube]
fn owned(unit: u32, sizes: &GradientAxis, #[comptime] axis: usize, #[comptime] form: Form) -> Owned {
    let first = sizes.first + (unit * comptime!(form.owned(axis) as u32)) as i32;
    let tap = first + sizes.padding;
    let stride = comptime!(form.stride_along(axis));
    let block = comptime!(form.block(axis) as i32);
    // Windows cover an owned voxel from this one of the convolution's voxels on, rounded up; none is before the first.
    let lowest = clamp_min((tap - comptime!(form.kernel(axis) as i32 - form.stride_along(axis))) / stride, 0);
    let highest = clamp_min(tap + comptime!(form.owned(axis) as i32 - 1), 0) / stride;
    let from = (lowest + sizes.front) / block;
    let to = clamp_max((highest + sizes.front) / block + 1, sizes.n_out as i32);
    Owned { first, cells_from: from as u32, cells_to: to as u32, tap: tap + sizes.front * stride }
}

#[cube]
fn tap_at(own: &Owned, cell: u32, #[comptime] axis: usize, #[comptime] form: Form) -> i32 {
    own.tap - cell as i32 * comptime!(form.stride_along(axis) * form.block(axis) as i32)
}

/// Adds what the winner of one output value brings to the owned voxels that its window covers.
#[cube]
fn add_winner<N: Size>(
    weight: &[Vector<f32, N>],
    sums: &mut Array<Vector<f32, N>>,
    near: &Near,
    code: u32,
    g: f32,
    first_tap: u32,
    n_groups: u32,
    #[comptime] form: Form,
) {
    let tap_0 = near.tap_0 - offset_along(code, 0usize, form);
    let tap_1 = near.tap_1 - offset_along(code, 1usize, form);
    let tap_2 = near.tap_2 - offset_along(code, 2usize, form);
    #[unroll]
    for v_0 in 0..comptime!(form.owned(0)) {
        if covers(tap_0, v_0, 0usize, form) {
            #[unroll]
            for v_1 in 0..comptime!(form.owned(1)) {
                if covers(tap_1, v_1, 1usize, form) {
                    #[unroll]
                    for v_2 in 0..comptime!(form.owned(2)) {
                        if covers(tap_2, v_2, 2usize, form) {
                            let plane = (tap_0 + comptime!(v_0 as i32)) * comptime!(form.kernel(1) as i32) + tap_1 + comptime!(v_1 as i32);
                            let tap = plane * comptime!(form.kernel(2) as i32) + tap_2 + comptime!(v_2 as i32);
                            let w = weight[(first_tap + tap as u32 * n_groups) as usize];
                            sums[comptime!((v_0 * form.owned(1) + v_1) * form.owned(2) + v_2)] += w * Vector::new(g);
                        }
                    }
                }
            }
        }
    }
}

/// Whether the window covers the owned voxel `index`, of which the first one has this tap.
#[cube]
fn covers(tap: i32, #[comptime] index: usize, #[comptime] axis: usize, #[comptime] form: Form) -> bool {
    let at = tap + comptime!(index as i32);
    at >= 0 && at < comptime!(form.kernel(axis) as i32)
}

/// The winner's place in its pooling block along an axis, in voxels of the input.
#[cube]
fn offset_along(code: u32, #[comptime] axis: usize, #[comptime] form: Form) -> i32 {
    if comptime!(form.block(axis) == 2) {
        let bit = (code >> comptime!((form.n_axes - 1 - axis) as u32)) & 1;
        bit as i32 * comptime!(form.stride_along(axis))
    } else {
        0i32.runtime()
    }
}

#[cube]
fn store<N: Size>(
    dx: &mut [f32],
    sums: &Array<Vector<f32, N>>,
    own: &OwnedBlock,
    first_channel: u32,
    sizes: &GradientSizes,
    #[comptime] form: Form,
) {
    #[unroll]
    for v_0 in 0..comptime!(form.owned(0)) {
        #[unroll]
        for v_1 in 0..comptime!(form.owned(1)) {
            #[unroll]
            for v_2 in 0..comptime!(form.owned(2)) {
                let at_0 = own.along_0.first + comptime!(v_0 as i32);
                let at_1 = own.along_1.first + comptime!(v_1 as i32);
                let at_2 = own.along_2.first + comptime!(v_2 as i32);
                if is_within(at_0, &sizes.axis_0) && is_within(at_1, &sizes.axis_1) && is_within(at_2, &sizes.axis_2) {
                    let place = (at_0 as u32 * sizes.axis_1.n_in + at_1 as u32) * sizes.axis_2.n_in + at_2 as u32;
                    let sum = sums[comptime!((v_0 * form.owned(1) + v_1) * form.owned(2) + v_2)];
                    store_channels(dx, sum, place, first_channel, sizes);
                }
            }
        }
    }
}

#[cube]
fn store_channels<N: Size>(dx: &mut [f32], sum: Vector<f32, N>, place: u32, first_channel: u32, sizes: &GradientSizes) {
    let n_voxels = sizes.axis_0.n_in * sizes.axis_1.n_in * sizes.axis_2.n_in;
    #[unroll]
    for lane in 0..N::value() {
        let channel = first_channel + comptime!(lane as u32);
        if channel < sizes.n_in {
            dx[(channel * n_voxels + place) as usize] = sum.extract(lane);
        }
    }
}

#[cube]
fn is_within(at: i32, axis: &GradientAxis) -> bool {
    at >= 0 && at < axis.n_in as i32
}
