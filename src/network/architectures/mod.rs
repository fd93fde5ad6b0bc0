//! The architectures of ClinicaDL that can be explained, one per file: its list of layers and its state_dict keys.

mod builder;
mod conv4_fc3;
mod conv5_fc3;
mod stride_conv5_fc3;

use burn::tensor::Device;

use super::{Network, NetworkError, WorkLimits};
use crate::torch_file::StateDict;
use builder::Plan;

/// Names of the architectures that can be explained.
pub const SUPPORTED: [&str; 3] = [conv5_fc3::NAME, conv4_fc3::NAME, stride_conv5_fc3::NAME];

/// An architecture by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Architecture(&'static str);

impl Architecture {
    /// Recognises the class name of maps.json's `architecture`.
    ///
    /// # Errors
    /// [`NetworkError::Architecture`] with the supported names.
    pub fn from_name(name: &str) -> Result<Self, NetworkError> {
        let known = SUPPORTED.into_iter().find(|&known| known == name);
        known.map(Self).ok_or_else(|| NetworkError::Architecture { found: name.to_owned(), supported: SUPPORTED.to_vec() })
    }

    /// Builds the network on a device from a checkpoint. Channels and widths come from the shapes of the weights;
    /// `input_size` (channels, then axes) from maps.json. Also gives the keys that it had no use for, sorted.
    ///
    /// # Errors
    /// [`NetworkError::Checkpoint`] naming every key that is missing or does not fit, [`NetworkError::InputSize`],
    /// [`NetworkError::TooLargeForDevice`].
    pub fn build(
        self,
        input_size: &[usize],
        state_dict: &StateDict,
        device: &Device,
        limits: WorkLimits,
    ) -> Result<(Network, Vec<String>), NetworkError> {
        let input_shape = match *input_size {
            [c, d, h, w] if c * d * h * w > 0 => [c, d, h, w],
            _ => return Err(NetworkError::InputSize { found: input_size.to_vec() }),
        };
        self.plan().build(self.0, input_shape, state_dict, device, limits)
    }

    fn plan(self) -> Plan {
        match self.0 {
            conv4_fc3::NAME => conv4_fc3::plan(),
            stride_conv5_fc3::NAME => stride_conv5_fc3::plan(),
            _ => conv5_fc3::plan(),
        }
    }
}
