//! The kernels as operations of burn's GPU backend.

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, DType, TensorMetadata, backend_extension};
use burn::tensor::Shape;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{self, CubeBackend};
use cubecl::prelude::*;

use super::forward::{self, ForwardSizesLaunch, forward_kernel};
use super::input_gradient::{self, GradientAxisLaunch, GradientSizesLaunch, input_gradient_kernel};
use super::shape::{SlabAxis, SlabShape};
use super::spec::KernelSpec;
use super::weights::LANES;

/// All sizes of one launch.
#[derive(Debug, Clone, Copy)]
pub struct Launch {
    /// What the kernels are compiled for.
    pub spec: KernelSpec,
    /// Channels of the input.
    pub n_in: usize,
    /// Channels of the output.
    pub n_out: usize,
    /// Sizes of the slab's axes.
    pub slab: SlabShape,
    /// Input channels of one invocation of the backward kernel.
    pub input_lanes: usize,
    /// Output channels of one invocation of the forward kernel.
    pub output_lanes: usize,
}

/// The two kernels as operations that burn's GPU backend has on top of its own. There is no other implementation:
/// [`GpuBlock`](super::GpuBlock) exists on such devices only and moves what it is given there.
#[backend_extension(Cube)]
pub trait FusedBlocks: Backend {
    /// Rows of the output, 1×O×m×H'×W', and their winner codes, four channels to a word.
    fn block_forward(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        affine: FloatTensor<Self>,
        margins: FloatTensor<Self>,
        launch: Launch,
    ) -> (FloatTensor<Self>, IntTensor<Self>);

    /// Gradient with respect to the rows of the input, 1×C×n×H×W, from that with respect to the rows of the output.
    fn block_input_gradient(
        gradient: FloatTensor<Self>,
        winners: IntTensor<Self>,
        weight: FloatTensor<Self>,
        launch: Launch,
    ) -> FloatTensor<Self>;
}

impl FusedBlocks for CubeBackend {
    fn block_forward(
        x: CubeTensor,
        weight: CubeTensor,
        affine: CubeTensor,
        margins: CubeTensor,
        launch: Launch,
    ) -> (CubeTensor, CubeTensor) {
        let x = if has_whole_rows(&x) { x } else { into_contiguous(x) };
        let [rows, height, width] = launch.slab.axes;
        let n_voxels = launch.slab.n_output_voxels();
        let n_fours = launch.n_out.div_ceil(LANES);
        let y = like(&x, Shape::new([1, launch.n_out, rows.n_out, height.n_out, width.n_out]), DType::F32);
        let winners = like(&x, Shape::new([n_fours * n_voxels]), DType::U32);
        let n_groups = n_voxels.div_ceil(forward::GROUP as usize);
        let client = x.client.clone();
        let sizes = ForwardSizesLaunch::new(
            launch.n_in as u32,
            launch.n_out as u32,
            channel_stride(&x) as u32,
            height.n_in as u32,
            width.n_in as u32,
            rows.n_out as u32,
            height.n_out as u32,
            width.n_out as u32,
            rows.front as u32,
            height.front as u32,
            width.front as u32,
            n_groups as u32,
        );
        // SAFETY: without bounds checks, the kernel reads and writes within the sizes that it is given: `y` and `winners` were made of
        // them, `x` has whole rows of them, `weight`, `affine` and `margins` were packed for `launch`; invocations beyond the last voxel write
        // nothing, and one place inside is read for those outside the image.
        unsafe {
            forward_kernel::launch_unchecked(
                &client,
                groups(&client, n_groups * launch.n_out.div_ceil(launch.output_lanes)),
                CubeDim::new_1d(forward::GROUP),
                x.into_buffer_arg(),
                weight.into_buffer_arg(),
                affine.into_buffer_arg(),
                into_contiguous(margins).into_buffer_arg(),
                y.clone().into_buffer_arg(),
                winners.clone().into_buffer_arg(),
                sizes,
                launch.output_lanes / LANES,
                launch.spec,
            );
        }
        (y, winners)
    }

    fn block_input_gradient(gradient: CubeTensor, winners: CubeTensor, weight: CubeTensor, launch: Launch) -> CubeTensor {
        let gradient = into_contiguous(gradient);
        let axes = launch.slab.axes;
        let dx = like(&gradient, Shape::new([1, launch.n_in, axes[0].n_in, axes[1].n_in, axes[2].n_in]), DType::F32);
        let n_invocations: usize = (0..3).map(|axis| axes[axis].n_invocations(launch.spec, axis)).product();
        let n_groups = n_invocations.div_ceil(input_gradient::GROUP as usize);
        let client = gradient.client.clone();
        let along = |axis: usize| axis_sizes(&axes[axis], launch.spec, axis);
        let sizes = GradientSizesLaunch::new(launch.n_in as u32, launch.n_out as u32, along(0), along(1), along(2), n_groups as u32);
        // SAFETY: without bounds checks, the kernel reads and writes within the sizes that it is given: `dx` was made of them,
        // `gradient` and `winners` have the output's, `weight` was packed for `launch`; invocations beyond the last one write nothing,
        // and the first source is read for those outside the output.
        unsafe {
            input_gradient_kernel::launch_unchecked(
                &client,
                groups(&client, n_groups * launch.n_in.div_ceil(launch.input_lanes)),
                CubeDim::new_1d(input_gradient::GROUP),
                launch.input_lanes,
                gradient.into_buffer_arg(),
                winners.into_buffer_arg(),
                weight.into_buffer_arg(),
                dx.clone().into_buffer_arg(),
                sizes,
                launch.spec,
            );
        }
        dx
    }
}

/// The sizes of an axis as the backward kernel takes them.
fn axis_sizes(axis: &SlabAxis, spec: KernelSpec, index: usize) -> GradientAxisLaunch {
    let (first, n_invocations) = (axis.first_owned(spec, index), axis.n_invocations(spec, index) as u32);
    GradientAxisLaunch::new(axis.n_in as u32, axis.n_out as u32, axis.front as i32, axis.padding as i32, first, n_invocations)
}

/// A launch of `n_groups` workgroups, spread over three dimensions where one has too few.
fn groups(client: &Client, n_groups: usize) -> CubeCount {
    cubecl::server::CubeCountSelection::new(client, n_groups as u32).cube_count()
}

/// A tensor of this shape and type on the device of another, its values not set.
fn like(tensor: &CubeTensor, shape: Shape, dtype: DType) -> CubeTensor {
    empty_device_contiguous_dtype(tensor.client.clone(), tensor.device.clone(), shape, dtype)
}

/// Whether the rows of each channel lie one after the other without gaps.
fn has_whole_rows(x: &CubeTensor) -> bool {
    let (shape, strides) = (x.shape(), x.meta.strides());
    let lies = |axis: usize, stride: usize| shape[axis] == 1 || strides[axis] == stride;
    lies(4, 1) && lies(3, shape[4]) && lies(2, shape[3] * shape[4])
}

/// Values from one channel to the next.
fn channel_stride(x: &CubeTensor) -> usize {
    x.meta.strides()[1]
}
