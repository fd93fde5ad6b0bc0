//! The values of a CPU tensor, read in place.

use burn::backend::{BackendTensor, DispatchTensor, DispatchTensorKind};
use burn::tensor::{Device, Tensor, TensorData};

/// Keeps a tensor of the CPU alive while its values are read in place.
#[derive(Debug, Clone)]
pub struct HostValues {
    tensor: DispatchTensor,
}

impl HostValues {
    /// Whether the values of this device's tensors lie in this program's memory: those of the CPU's do.
    pub fn are_of(device: &Device) -> bool {
        matches!(device.as_dispatch(), burn::backend::DispatchDevice::Flex(_))
    }

    /// The values of a CPU tensor, copied only if they are not contiguous.
    pub fn of<const D: usize>(tensor: &Tensor<D>) -> Self {
        let mut tensor = tensor.clone().into_dispatch();
        if let DispatchTensorKind::Flex(BackendTensor::Float(values)) = &mut tensor.kind
            && !values.is_contiguous()
        {
            *values = values.to_contiguous();
        }
        Self { tensor }
    }

    /// The values, last axis fastest.
    pub fn as_slice(&self) -> &[f32] {
        match &self.tensor.kind {
            DispatchTensorKind::Flex(BackendTensor::Float(values)) => values.as_slice().expect("made contiguous above"),
            _ => unreachable!("HostValues are made of CPU tensors only"),
        }
    }

    /// A tensor around values, which are not copied.
    pub fn into_tensor<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values, shape), device)
    }
}
