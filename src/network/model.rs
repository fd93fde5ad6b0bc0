//! The network itself: its layers, the shape of its input and the device that it is on.

use burn::tensor::Device;

use super::error::NetworkError;
use super::feature_maps::FeatureMaps;
use super::fully_connected::FullyConnected;
use super::input_shape::InputShape;
use super::layer_node::Module;
use super::work_limits::WorkLimits;

/// A network on a device, ready to be explained.
#[derive(Debug, Clone)]
pub struct Network {
    pub(super) convolutions: Vec<Module>,
    pub(super) fc: FullyConnected,
    pub(super) input: InputShape,
    pub(super) device: Device,
    pub(super) limits: WorkLimits,
}

/// One module of `convolutions`, as a list of Grad-CAM levels shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// What the module is, in words.
    pub layer: String,
    /// Shape of the module's output: channels, then as many axes as the network's input has.
    pub shape: Vec<usize>,
}

impl Network {
    /// Wraps layers that fit each other; [`Architecture::build`](super::Architecture::build) makes them from a checkpoint.
    pub(super) fn new(convolutions: Vec<Module>, fc: FullyConnected, input: InputShape, device: Device, limits: WorkLimits) -> Self {
        Self { convolutions, fc, input, device, limits }
    }

    /// Shape of the input: channels, then two or three axes.
    pub fn input_shape(&self) -> &[usize] {
        self.input.as_slice()
    }

    /// Number of spatial axes of the input: 2 or 3.
    pub fn n_axes(&self) -> usize {
        self.input.n_axes()
    }

    /// Number of output nodes.
    pub fn n_outputs(&self) -> usize {
        self.fc.n_outputs()
    }

    /// Number of trained weights and biases.
    pub fn n_parameters(&self) -> u64 {
        self.convolutions.iter().map(Module::n_parameters).sum::<u64>() + self.fc.n_parameters()
    }

    /// The modules of `convolutions` in order; Grad-CAM level n is the output of entry n − 1.
    pub fn levels(&self) -> Vec<Level> {
        let shapes = self.shapes();
        let level = |(module, &shape): (&Module, &[usize; 4])| Level { layer: module.name.clone(), shape: self.input.outside(shape) };
        self.convolutions.iter().zip(&shapes[1..]).map(level).collect()
    }

    /// Has a GPU compile its kernels now, so that the first map need not wait for them.
    pub fn warm_up(&self) {
        self.spatial_pass(0..self.convolutions.len()).warm_up();
    }

    /// Puts an input (channels slowest, last axis fastest) on the network's device; on the CPU the values stay where they are.
    ///
    /// # Errors
    /// [`NetworkError::InputShape`] if it is not of the shape the network was trained on, [`NetworkError::InputNotFinite`] if it
    /// holds NaN, which the maximum of a pooling block would hide.
    pub fn upload(&self, shape: &[usize], values: Vec<f32>) -> Result<FeatureMaps, NetworkError> {
        if shape != self.input_shape() || values.len() != shape.iter().product::<usize>() {
            return Err(NetworkError::InputShape { expected: self.input_shape().to_vec(), found: shape.to_vec() });
        }
        let n_broken = values.iter().filter(|value| !value.is_finite()).count();
        if n_broken > 0 {
            return Err(NetworkError::InputNotFinite { n_broken, n_values: values.len() });
        }
        let shape = self.input.spatial();
        let max_rows = self.limits.rows_of(shape)?;
        Ok(FeatureMaps::from_values(shape, values, max_rows, &self.device))
    }

    /// Shape of the input, then of each module's output.
    pub(super) fn shapes(&self) -> Vec<[usize; 4]> {
        let mut shapes = vec![self.input.spatial()];
        for module in &self.convolutions {
            shapes.push(module.output_shape(shapes[shapes.len() - 1]));
        }
        shapes
    }
}
