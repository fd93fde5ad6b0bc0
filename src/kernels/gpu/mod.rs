//! Fused blocks on burn's GPU backend: two kernels in CubeCL, one for each direction.
//!
//! Feature maps come and go in slabs of rows, as for every layer of the network. What is between a convolution and its pooling
//! stays in the registers of one invocation.

mod finish;
mod forward;
mod input_gradient;
mod operation;
mod shape;
mod spec;
mod weights;

use burn::backend::{Dispatch, DispatchDevice};
use burn::tensor::{DType, Device, Int, Tensor, TensorData};

use crate::kernels::parameters::BlockParameters;
use operation::{FusedBlocks, Launch};
use shape::SlabShape;
use spec::KernelSpec;

/// A fused block whose parameters are on a GPU.
#[derive(Debug, Clone)]
pub struct GpuBlock {
    spec: KernelSpec,
    n_in: usize,
    n_out: usize,
    input_lanes: usize,
    output_lanes: usize,
    /// The weights as the forward kernel reads them ([`weights::by_output`]).
    weight: Tensor<1>,
    /// The weights, scaled, as the backward kernel reads them ([`weights::by_input`]).
    scaled_weight: Tensor<1>,
    /// Bias, scale and shift ([`weights::affine`]).
    affine: Tensor<1>,
    device: Device,
}

/// What a slab keeps for the backward pass: one winner code for each output value, and the sizes.
#[derive(Debug, Clone)]
pub struct GpuWinners {
    /// `⌈O / 4⌉ × m × H' × W'` words; the lowest byte belongs to the first of four channels.
    codes: Tensor<1, Int>,
    slab: SlabShape,
    n_out: usize,
}

impl GpuBlock {
    /// Copies the parameters to a device; `None` if that is not a GPU of burn's.
    pub fn new(parameters: &BlockParameters, device: &Device) -> Option<Self> {
        if !matches!(device.as_dispatch(), DispatchDevice::Cube(_)) {
            return None;
        }
        let parameters = &parameters.with_positive_scales();
        let upload = |values: Vec<f32>| {
            let n_values = values.len();
            Tensor::from_data(TensorData::new(values, [n_values]), device)
        };
        let (input_lanes, output_lanes) = (weights::input_lanes(parameters), weights::output_lanes(parameters));
        Some(Self {
            spec: KernelSpec::of(parameters),
            n_in: parameters.n_in,
            n_out: parameters.n_out,
            input_lanes,
            output_lanes,
            weight: upload(weights::by_output(parameters, output_lanes)),
            scaled_weight: upload(weights::by_input(parameters, input_lanes)),
            affine: upload(weights::affine(parameters, output_lanes)),
            device: device.clone(),
        })
    }

    /// Computes rows of the output, 1×O×m×H'×W', and where their gradients go.
    ///
    /// `x` is 1×C×n×H×W, exactly the rows on which these output rows depend, zeros where they are outside the image. Networks of
    /// two axes have W = 1. `first_row_is_padding` says that the first pooling blocks begin with the zero in front of an odd
    /// first axis, of which `x` holds no row. `margins` are those of sums, then those of values, [`Self::n_lanes`] of each; without them
    /// no winner is marked as undecided.
    pub fn forward(&self, x: Tensor<5>, first_row_is_padding: bool, margins: Option<Tensor<1>>) -> (Tensor<5>, GpuWinners) {
        let [_, _, n_rows, height, width] = x.dims();
        let slab = SlabShape::new(self.spec, [n_rows, height, width], first_row_is_padding);
        let margins = margins.unwrap_or_else(|| Tensor::zeros([2 * self.n_lanes()], &self.device)).into_dispatch();
        let x = self.on_device(x).into_dispatch();
        let (weight, affine) = (self.weight.clone().into_dispatch(), self.affine.clone().into_dispatch());
        let (y, codes) = <Dispatch as FusedBlocks>::block_forward(x, weight, affine, margins, self.launch(slab));
        (Tensor::from_dispatch(y), GpuWinners { codes: Tensor::from_dispatch(codes), slab, n_out: self.n_out })
    }

    /// Number of output channels, rounded up to those of whole invocations.
    pub fn n_lanes(&self) -> usize {
        self.n_out.next_multiple_of(self.output_lanes)
    }

    /// Computes the gradient with respect to the rows that [`Self::forward`] was given, those outside the image included, from the
    /// gradient with respect to the rows that it gave.
    pub fn input_gradient(&self, gradient: Tensor<5>, winners: &GpuWinners) -> Tensor<5> {
        let gradient = self.on_device(gradient).into_dispatch();
        let (codes, weight) = (winners.codes.clone().into_dispatch(), self.scaled_weight.clone().into_dispatch());
        let dx = <Dispatch as FusedBlocks>::block_input_gradient(gradient, codes, weight, self.launch(winners.slab));
        Tensor::from_dispatch(dx)
    }

    /// Has both kernels compiled, by running them on the smallest image there is, and returns at once. Kernels do not depend on
    /// sizes, and blocks of the same spec share them, save that a single input channel and four or fewer output channels have
    /// kernels of their own: one call for each block of a network is enough, and those that find theirs compiled cost nothing.
    pub fn warm_up(&self) {
        let width = if self.spec.n_axes == 3 { 2 } else { 1 };
        let n_rows = self.spec.reach(0);
        let x = Tensor::zeros([1, self.n_in, n_rows, 2, width], &self.device);
        let (y, winners) = self.forward(x, false, None);
        self.input_gradient(y, &winners);
    }

    /// The sizes of a launch on a slab.
    fn launch(&self, slab: SlabShape) -> Launch {
        let Self { spec, n_in, n_out, input_lanes, output_lanes, .. } = *self;
        Launch { spec, n_in, n_out, slab, input_lanes, output_lanes }
    }

    /// The tensor on the device of the weights, moved if it is elsewhere: the kernels are for tensors of this device.
    fn on_device(&self, tensor: Tensor<5>) -> Tensor<5> {
        if tensor.device() == self.device { tensor } else { tensor.to_device(&self.device) }
    }
}

impl GpuWinners {
    /// The codes, O×m×H'×W'.
    ///
    /// # Errors
    /// The device's error message.
    pub async fn read(&self) -> Result<Vec<u8>, String> {
        let data = self.codes.clone().into_data_async().await.map_err(|error| format!("{error:?}"))?;
        let words: Vec<u32> = data.convert::<u32>().try_into_vec().map_err(|error| format!("{error:?}"))?;
        let n_voxels = self.slab.n_output_voxels();
        let byte =
            |channel: usize| (0..n_voxels).map(move |voxel| (channel / weights::LANES * n_voxels + voxel, 8 * (channel % weights::LANES)));
        Ok((0..self.n_out).flat_map(byte).map(|(word, shift)| (words[word] >> shift) as u8).collect())
    }

    /// The same slab with these codes, O×m×H'×W'.
    pub fn with_codes(&self, codes: &[u8]) -> Self {
        let n_voxels = self.slab.n_output_voxels();
        let mut words = vec![0_u32; self.n_out.div_ceil(weights::LANES) * n_voxels];
        for (channel, codes) in codes.chunks_exact(n_voxels.max(1)).enumerate() {
            let (four, shift) = (channel / weights::LANES, 8 * (channel % weights::LANES));
            for (word, &code) in words[four * n_voxels..].iter_mut().zip(codes) {
                *word |= u32::from(code) << shift;
            }
        }
        let n_words = words.len();
        let codes = Tensor::from_data(TensorData::new(words, [n_words]), (&self.codes.device(), DType::U32));
        Self { codes, ..self.clone() }
    }

    /// Bytes that the codes take on the device.
    pub fn n_bytes(&self) -> u64 {
        (self.codes.dims()[0] * size_of::<u32>()) as u64
    }
}
