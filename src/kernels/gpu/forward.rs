//! Convolution, pooling, normalisation and rectifier in one kernel.
//!
//! An invocation makes one output voxel of four or eight channels: it holds the sums of all voxels of the pooling block, so that
//! each value of the input is loaded once for all windows it lies in. The weights of one input channel are in workgroup memory,
//! where all invocations read the same one at the same time. Neighbouring invocations are neighbours along the last axis; what
//! they load in common is left to the cache.

use cubecl::prelude::*;

use super::finish::{Four, largest_of, packed, rectified, undecided};
use super::spec::KernelSpec;

/// Invocations of one workgroup; no fewer than a window has taps in two vectors.
pub const GROUP: u32 = 64;

/// Sizes of one slab for the forward kernel; axes as in [`SlabShape`](super::shape::SlabShape).
#[derive(CubeLaunch, CubeType)]
pub struct ForwardSizes {
    n_in: u32,
    n_out: u32,
    /// Values from one channel of the input to the next.
    channel_stride: u32,
    height: u32,
    width: u32,
    rows_out: u32,
    height_out: u32,
    width_out: u32,
    front_rows: u32,
    front_height: u32,
    front_width: u32,
    /// Workgroups for all voxels of one channel.
    n_groups: u32,
}

/// The forward kernel. `x` is C×n×H×W, `y` O×m×H'×W', `winners` ⌈O / 4⌉×m×H'×W' with one byte for each of four channels; `vectors`
/// is the number of output channels of one invocation, in vectors of four. `margins` are those of sums and then those of values
/// ([`Margins`](crate::kernels::winner::Margins)), one for each channel of `affine`.
#[cube(launch_unchecked)]
pub fn forward_kernel(
    x: &[f32],
    weight: &[Four],
    affine: &[Four],
    margins: &[Four],
    y: &mut [f32],
    winners: &mut [u32],
    sizes: ForwardSizes,
    #[comptime] vectors: usize,
    #[comptime] spec: KernelSpec,
) {
    let n_voxels = sizes.rows_out * sizes.height_out * sizes.width_out;
    let n_channel_groups = (sizes.n_out + comptime!(4 * vectors as u32 - 1)) / comptime!(4 * vectors as u32);
    let group = CUBE_POS as u32;
    let channels = clamp_max(group / sizes.n_groups, n_channel_groups - 1);
    // Invocations beyond the last voxel compute it once more: they are needed to load weights.
    let voxel = (group - channels * sizes.n_groups) * GROUP + UNIT_POS_X;
    let clamped = clamp_max(voxel, n_voxels - 1);
    let out_2 = clamped % sizes.width_out;
    let out_1 = (clamped / sizes.width_out) % sizes.height_out;
    let out_0 = clamped / (sizes.width_out * sizes.height_out);
    let places = input_places(out_0, out_1, out_2, &sizes, spec);
    let n_fours = n_channel_groups * comptime!(vectors as u32);
    let first_four = channels * comptime!(vectors as u32);

    let mut sums = Array::<Four>::new(comptime!(spec.block_volume() * vectors));
    #[unroll]
    for position in 0..comptime!(spec.block_volume()) {
        #[unroll]
        for vector in 0..vectors {
            sums[comptime!(position * vectors + vector)] = affine[(first_four + comptime!(vector as u32)) as usize];
        }
    }
    let mut near = Shared::<[Four]>::new_slice(comptime!(spec.n_taps() as usize * vectors));
    let mut changes = false;
    for channel in 0..sizes.n_in {
        let first_tap = (channels * sizes.n_in + channel) * comptime!(spec.n_taps() * vectors as u32);
        sync_cube();
        if UNIT_POS_X < comptime!(spec.n_taps() * vectors as u32) {
            near[UNIT_POS_X as usize] = weight[(first_tap + UNIT_POS_X) as usize];
        }
        sync_cube();
        let start = channel * sizes.channel_stride;
        changes |= add_channel(x, &near, &mut sums, &places, start, sizes.height * sizes.width, vectors, spec);
    }
    let padded_0 = out_0 < sizes.front_rows;
    let padded_1 = out_1 < sizes.front_height;
    let padded_2 = out_2 < sizes.front_width;
    if voxel < n_voxels {
        #[unroll]
        for vector in 0..vectors {
            let four = first_four + comptime!(vector as u32);
            if four * 4 < sizes.n_out {
                let (largest, offset, gap) = largest_of(&sums, padded_0, padded_1, padded_2, vector, vectors, spec);
                let value = largest * affine[(n_fours + four) as usize] + affine[(2 * n_fours + four) as usize];
                let is_padded = padded_0 | padded_1 | padded_2;
                let close = (margins[four as usize], margins[(n_fours + four) as usize]);
                let marks = undecided(value, gap, changes, is_padded, close, spec);
                let (value, code) = rectified(value, offset, is_padded, spec);
                winners[(four * n_voxels + voxel) as usize] = packed(code + marks);
                #[unroll]
                for lane in 0..4usize {
                    let out = four * 4 + comptime!(lane as u32);
                    if out < sizes.n_out {
                        y[(out * n_voxels + voxel) as usize] = value.extract(lane);
                    }
                }
            }
        }
    }
}

/// Where an invocation reads for an output voxel.
#[cube]
fn input_places(out_0: u32, out_1: u32, out_2: u32, sizes: &ForwardSizes, #[comptime] spec: KernelSpec) -> InputPlaces {
    let along_1 = axis_reach(out_1, sizes.front_height, sizes.height, sizes.width, 1usize, spec);
    let along_2 = axis_reach(out_2, sizes.front_width, sizes.width, 1, 2usize, spec);
    let mut offsets = Sequence::<u32>::new();
    let mut inside = Sequence::<bool>::new();
    #[unroll]
    for index_1 in 0..comptime!(spec.reach(1)) {
        #[unroll]
        for index_2 in 0..comptime!(spec.reach(2)) {
            offsets.push(*along_1.offsets.index(index_1) + *along_2.offsets.index(index_2));
            inside.push(*along_1.inside.index(index_1) & *along_2.inside.index(index_2));
        }
    }
    InputPlaces { row: first_voxel(out_0, sizes.front_rows, 0usize, spec), offsets, inside }
}

/// The voxels of one channel of the input on which an output voxel depends.
#[derive(CubeType)]
struct InputPlaces {
    /// Their first row; it may be before the first of the slab.
    row: i32,
    /// The places of the voxels in a row's plane, last axis fastest; somewhere inside the image for those that are outside.
    offsets: Sequence<u32>,
    /// Whether each of these places is in the image.
    inside: Sequence<bool>,
}

/// The voxels along one axis on which an output voxel depends.
#[derive(CubeType)]
struct AxisReach {
    /// Each voxel's place in a plane; somewhere inside the image for those that are outside.
    offsets: Sequence<u32>,
    /// Whether each voxel is in the image.
    inside: Sequence<bool>,
}

/// The first voxel along an axis on which an output voxel depends. The first axis brings its halo.
#[cube]
fn first_voxel(out: u32, front: u32, #[comptime] axis: usize, #[comptime] spec: KernelSpec) -> i32 {
    let padding = comptime!(if axis > 0 && spec.kernel(axis) == 3 { 1 } else { 0 });
    let block = comptime!(spec.block(axis) as u32);
    let stride = comptime!(spec.stride_along(axis));
    ((out * block) as i32 - front as i32) * stride - padding
}

/// The voxels along one axis on which an output voxel depends, `stride` values apart.
#[cube]
fn axis_reach(out: u32, front: u32, n_voxels: u32, stride: u32, #[comptime] axis: usize, #[comptime] spec: KernelSpec) -> AxisReach {
    let first = first_voxel(out, front, axis, spec);
    let mut offsets = Sequence::<u32>::new();
    let mut inside = Sequence::<bool>::new();
    #[unroll]
    for index in 0..comptime!(spec.reach(axis)) {
        let at = first + comptime!(index as i32);
        let is_inside = at >= 0 && at < n_voxels as i32;
        offsets.push(select(is_inside, at as u32, 0) * stride);
        inside.push(is_inside);
    }
    AxisReach { offsets, inside }
}

/// Adds what one channel of the input contributes to the sums of a pooling block. Returns whether the voxels that it reads differ.
#[cube]
fn add_channel(
    x: &[f32],
    near: &Shared<[Four]>,
    sums: &mut Array<Four>,
    places: &InputPlaces,
    start: u32,
    plane: u32,
    #[comptime] vectors: usize,
    #[comptime] spec: KernelSpec,
) -> bool {
    // Sums are values here, not places in memory, until the channel is done.
    let mut running = Sequence::<Four>::new();
    #[unroll]
    for index in 0..comptime!(spec.block_volume() * vectors) {
        running.push(sums[index]);
    }
    let mut smallest = f32::new(f32::MAX);
    let mut largest = f32::new(f32::MIN);
    #[unroll]
    for row in 0..comptime!(spec.reach(0)) {
        // A row before the first one belongs to a padded block voxel, whose sum is not used.
        let at_row = places.row + comptime!(row as i32);
        let at = start + select(at_row >= 0, at_row as u32, 0) * plane;
        let mut values = Sequence::<f32>::new();
        #[unroll]
        for index in 0..comptime!(spec.reach(1) * spec.reach(2)) {
            let value = x[(at + *places.offsets.index(index)) as usize];
            let value = select(*places.inside.index(index), value, 0.0);
            smallest = select(value < smallest, value, smallest);
            largest = select(value > largest, value, largest);
            values.push(value);
        }
        #[unroll]
        for block_row in 0..comptime!(spec.block(0)) {
            if comptime!(row >= block_row * spec.stride && row - block_row * spec.stride < 3) {
                let tap_row = comptime!(row - block_row * spec.stride);
                add_plane(near, &mut running, &values, tap_row, block_row, vectors, spec);
            }
        }
    }
    #[unroll]
    for index in 0..comptime!(spec.block_volume() * vectors) {
        sums[index] = *running.index(index);
    }
    largest > smallest
}

/// Adds what one plane of the input contributes to the block voxels of one row.
#[cube]
fn add_plane(
    near: &Shared<[Four]>,
    sums: &mut Sequence<Four>,
    values: &Sequence<f32>,
    #[comptime] tap_row: usize,
    #[comptime] block_row: usize,
    #[comptime] vectors: usize,
    #[comptime] spec: KernelSpec,
) {
    let stride_2 = comptime!(spec.stride_along(2) as usize);
    #[unroll]
    for tap_1 in 0..comptime!(spec.kernel(1)) {
        #[unroll]
        for tap_2 in 0..comptime!(spec.kernel(2)) {
            #[unroll]
            for vector in 0..vectors {
                let w = near[comptime!(((tap_row * spec.kernel(1) + tap_1) * spec.kernel(2) + tap_2) * vectors + vector)];
                #[unroll]
                for a_1 in 0..comptime!(spec.block(1)) {
                    #[unroll]
                    for a_2 in 0..comptime!(spec.block(2)) {
                        let position = comptime!((block_row * spec.block(1) + a_1) * spec.block(2) + a_2);
                        let value = comptime!((a_1 * spec.stride + tap_1) * spec.reach(2) + a_2 * stride_2 + tap_2);
                        let index = comptime!(position * vectors + vector);
                        let sum = *sums.index(index) + w * Four::new(*values.index(value));
                        sums.insert(index, sum);
                    }
                }
            }
        }
    }
}
