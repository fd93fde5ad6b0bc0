//! The backward pass through a block: a gather.
//!
//! An invocation owns two voxels of the input along each axis, of four channels, so that nothing is written twice. It loads the
//! gradients and winners of the few output voxels that can have come from there, once for all its windows. Owned voxels
//! are aligned to the blocks, so which tap of a window covers which of them is known when the kernel is compiled, and all that
//! is left to run time is whether a voxel of the convolution won. The weights of one output channel are in workgroup memory,
//! where all invocations read the same one at the same time.

use cubecl::prelude::*;

use super::spec::KernelSpec;
use crate::kernels::parameters::LEAK;
use crate::kernels::winner;

/// Invocations of one workgroup; no fewer than a window has taps.
pub const GROUP: u32 = 64;

/// Sizes of one slab for the backward kernel; axes as in [`SlabShape`](super::shape::SlabShape).
#[derive(CubeLaunch, CubeType)]
pub struct GradientSizes {
    n_in: u32,
    n_out: u32,
    axis_0: GradientAxis,
    axis_1: GradientAxis,
    axis_2: GradientAxis,
    /// Workgroups for all voxels of one group of channels.
    n_groups: u32,
}

/// Sizes of one axis of a slab for the backward kernel; what they mean is said at [`SlabAxis`](super::shape::SlabAxis).
#[derive(CubeLaunch, CubeType, Clone, Copy)]
pub struct GradientAxis {
    n_in: u32,
    n_out: u32,
    front: i32,
    padding: i32,
    /// First voxel that the first invocation owns; it may be −1, before the first of the slab.
    first: i32,
    /// Invocations along the axis.
    n_invocations: u32,
}

/// The backward kernel. `gradient` is O×m×H'×W', `winners` as the forward kernel wrote them, `weight` ⌈C / N⌉×O×taps×N and scaled,
/// `dx` C×n×H×W.
#[cube(launch_unchecked)]
pub fn input_gradient_kernel<N: Size>(
    gradient: &[f32],
    winners: &[u32],
    weight: &[Vector<f32, N>],
    dx: &mut [f32],
    sizes: GradientSizes,
    #[comptime] spec: KernelSpec,
) {
    let n_lanes = N::value();
    let n_channel_groups = (sizes.n_in + comptime!(n_lanes as u32 - 1)) / comptime!(n_lanes as u32);
    let n_invocations = sizes.axis_0.n_invocations * sizes.axis_1.n_invocations * sizes.axis_2.n_invocations;
    let group = CUBE_POS as u32;
    let channels = clamp_max(group / sizes.n_groups, n_channel_groups - 1);
    // Invocations beyond the last one do its work once more: they are needed to load weights.
    let invocation = (group - channels * sizes.n_groups) * GROUP + UNIT_POS_X;
    let clamped = clamp_max(invocation, n_invocations - 1);
    let own_0 = owned(clamped / (sizes.axis_2.n_invocations * sizes.axis_1.n_invocations), &sizes.axis_0, 0usize, spec);
    let own_1 = owned((clamped / sizes.axis_2.n_invocations) % sizes.axis_1.n_invocations, &sizes.axis_1, 1usize, spec);
    let own_2 = owned(clamped % sizes.axis_2.n_invocations, &sizes.axis_2, 2usize, spec);
    let sources = sources(&own_0, &own_1, &own_2, &sizes, spec);

    let mut sums = Array::<Vector<f32, N>>::new(comptime!(spec.owned_volume()));
    #[unroll]
    for voxel in 0..comptime!(spec.owned_volume()) {
        sums[voxel] = Vector::new(0.0);
    }
    let n_cells = sizes.axis_0.n_out * sizes.axis_1.n_out * sizes.axis_2.n_out;
    let mut near = Shared::<[Vector<f32, N>]>::new_slice(comptime!(spec.n_taps() as usize));
    for four in 0..sizes.n_out.div_ceil(4) {
        let codes = codes_of(winners, &sources, four * n_cells, spec);
        for lane in 0..clamp_max(sizes.n_out - four * 4, 4) {
            let out = four * 4 + lane;
            let first_tap = (channels * sizes.n_out + out) * comptime!(spec.n_taps());
            sync_cube();
            if UNIT_POS_X < comptime!(spec.n_taps()) {
                near[UNIT_POS_X as usize] = weight[(first_tap + UNIT_POS_X) as usize];
            }
            sync_cube();
            add_channel(gradient, &near, &mut sums, &sources, &codes, out * n_cells, 8 * lane, spec);
        }
    }
    if invocation < n_invocations {
        store(dx, &sums, &own_0, &own_1, &own_2, channels * comptime!(n_lanes as u32), &sizes, spec);
    }
}

/// What an invocation owns along one axis.
#[derive(CubeType)]
struct Owned {
    /// First voxel.
    first: i32,
    /// The first voxel of the convolution whose window covers an owned one.
    window: i32,
}

/// What the `invocation`th invocation along an axis owns.
#[cube]
fn owned(invocation: u32, sizes: &GradientAxis, #[comptime] axis: usize, #[comptime] spec: KernelSpec) -> Owned {
    let first = sizes.first + (invocation * comptime!(spec.owned(axis) as u32)) as i32;
    let window = (first + sizes.padding - comptime!(spec.first_tap(axis))) / comptime!(spec.stride_along(axis));
    Owned { first, window }
}

/// The output voxels from which the gradients of owned voxels come.
#[derive(CubeType)]
struct GradientSources {
    /// Place of each source in a channel of the output; 0 for those that are outside.
    cells: Sequence<u32>,
    /// Whether each source is inside the output.
    exist: Sequence<bool>,
    /// The offset in its block of the first voxel of the convolution that it stands for.
    offsets: Sequence<u32>,
}

/// The sources of what an invocation owns.
#[cube]
fn sources(own_0: &Owned, own_1: &Owned, own_2: &Owned, sizes: &GradientSizes, #[comptime] spec: KernelSpec) -> GradientSources {
    let mut cells = Sequence::<u32>::new();
    let mut exist = Sequence::<bool>::new();
    let mut offsets = Sequence::<u32>::new();
    #[unroll]
    for q_0 in 0..comptime!(spec.sources(0)) {
        #[unroll]
        for q_1 in 0..comptime!(spec.sources(1)) {
            #[unroll]
            for q_2 in 0..comptime!(spec.sources(2)) {
                let (c_0, a_0) = source(own_0, &sizes.axis_0, q_0, 0usize, spec);
                let (c_1, a_1) = source(own_1, &sizes.axis_1, q_1, 1usize, spec);
                let (c_2, a_2) = source(own_2, &sizes.axis_2, q_2, 2usize, spec);
                let exists = (c_0 >= 0)
                    & (c_0 < sizes.axis_0.n_out as i32)
                    & (c_1 >= 0)
                    & (c_1 < sizes.axis_1.n_out as i32)
                    & (c_2 >= 0)
                    & (c_2 < sizes.axis_2.n_out as i32);
                let cell = (c_0 * sizes.axis_1.n_out as i32 + c_1) * sizes.axis_2.n_out as i32 + c_2;
                cells.push(select(exists, cell as u32, 0));
                exist.push(exists);
                offsets.push((a_0 * comptime!(spec.block(1) as u32) + a_1) * comptime!(spec.block(2) as u32) + a_2);
            }
        }
    }
    GradientSources { cells, exist, offsets }
}

/// The `index`th source along an axis: its place, and the offset in its block of the first voxel it stands for.
#[cube]
fn source(
    own: &Owned,
    sizes: &GradientAxis,
    #[comptime] index: usize,
    #[comptime] axis: usize,
    #[comptime] spec: KernelSpec,
) -> (i32, u32) {
    // At least 0, so that division rounds down: windows before the first voxel belong to the source before the first.
    let window = own.window + sizes.front + comptime!((index * spec.windows_per_source(axis)) as i32 + 4);
    let block = comptime!(spec.block(axis) as i32);
    (window / block - comptime!(4 / spec.block(axis) as i32), (window % block) as u32)
}

/// The winners' words of the sources; where there is none, all four are closed.
#[cube]
fn codes_of(winners: &[u32], sources: &GradientSources, start: u32, #[comptime] spec: KernelSpec) -> Sequence<u32> {
    let mut codes = Sequence::<u32>::new();
    #[unroll]
    for index in 0..comptime!(spec.n_sources()) {
        let word = winners[(start + *sources.cells.index(index)) as usize];
        codes.push(select(*sources.exist.index(index), word, comptime!(u32::from(winner::CLOSED) * 0x0101_0101)));
    }
    codes
}

/// Adds to the owned voxels what comes from one channel of the output.
#[cube]
fn add_channel<N: Size>(
    gradient: &[f32],
    near: &Shared<[Vector<f32, N>]>,
    sums: &mut Array<Vector<f32, N>>,
    sources: &GradientSources,
    codes: &Sequence<u32>,
    start: u32,
    shift: u32,
    #[comptime] spec: KernelSpec,
) {
    // Sums are values here, not places in memory, until the channel is done.
    let mut running = Sequence::<Vector<f32, N>>::new();
    #[unroll]
    for voxel in 0..comptime!(spec.owned_volume()) {
        running.push(sums[voxel]);
    }
    #[unroll]
    for index in 0..comptime!(spec.n_sources()) {
        let code = *codes.index(index) >> shift;
        let g = gradient[(start + *sources.cells.index(index)) as usize] * slope(code, spec);
        let winning = code & comptime!(u32::from(winner::OFFSET | winner::CLOSED));
        #[unroll]
        for part in 0..comptime!(spec.windows_of_source()) {
            let offset = *sources.offsets.index(index) + comptime!(part as u32);
            let value = select(winning == offset, g, 0.0);
            add_window(near, &mut running, value, comptime!(spec.window_of(index, part)), spec);
        }
    }
    #[unroll]
    for voxel in 0..comptime!(spec.owned_volume()) {
        sums[voxel] = *running.index(voxel);
    }
}

/// Adds the gradient of one voxel of the convolution to the owned voxels that its window covers.
#[cube]
fn add_window<N: Size>(
    near: &Shared<[Vector<f32, N>]>,
    sums: &mut Sequence<Vector<f32, N>>,
    value: f32,
    #[comptime] window: [usize; 3],
    #[comptime] spec: KernelSpec,
) {
    #[unroll]
    for voxel in 0..comptime!(spec.owned_volume()) {
        let tap = comptime!(spec.tap_of(window, voxel));
        if comptime!(tap.is_some()) {
            let sum = *sums.index(voxel) + near[comptime!(tap.unwrap_or(0))] * Vector::new(value);
            sums.insert(voxel, sum);
        }
    }
}

/// What the gradient of an open value is multiplied by.
#[cube]
fn slope(code: u32, #[comptime] spec: KernelSpec) -> f32 {
    if comptime!(spec.leaks()) { select((code & comptime!(u32::from(winner::LEAKS))) != 0, LEAK, 1.0) } else { 1.0f32.runtime() }
}

/// Writes those of the owned voxels that lie inside the input.
#[cube]
fn store<N: Size>(
    dx: &mut [f32],
    sums: &Array<Vector<f32, N>>,
    own_0: &Owned,
    own_1: &Owned,
    own_2: &Owned,
    first_channel: u32,
    sizes: &GradientSizes,
    #[comptime] spec: KernelSpec,
) {
    #[unroll]
    for voxel in 0..comptime!(spec.owned_volume()) {
        let [v_0, v_1, v_2] = comptime!(spec.owned_voxel(voxel));
        let at_0 = own_0.first + comptime!(v_0 as i32);
        let at_1 = own_1.first + comptime!(v_1 as i32);
        let at_2 = own_2.first + comptime!(v_2 as i32);
        if is_within(at_0, &sizes.axis_0) & is_within(at_1, &sizes.axis_1) & is_within(at_2, &sizes.axis_2) {
            let place = (at_0 as u32 * sizes.axis_1.n_in + at_1 as u32) * sizes.axis_2.n_in + at_2 as u32;
            store_channels(dx, sums[voxel], place, first_channel, sizes);
        }
    }
}

/// Writes one owned voxel of a group of channels.
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

/// Whether a voxel lies inside the input along an axis.
#[cube]
fn is_within(at: i32, axis: &GradientAxis) -> bool {
    (at >= 0) & (at < axis.n_in as i32)
}
