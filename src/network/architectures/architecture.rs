//! An architecture by its name in maps.json.

use burn::tensor::Device;

use super::builder::Built;
use super::plan::Plan;
use super::weights::WeightPlacement;
use super::{conv_fc3, random, residual_3d, resnet18};
use crate::maps::{MapsConfig, RandomArchitecture};
use crate::network::error::NetworkError;
use crate::network::input_shape::InputShape;
use crate::network::work_limits::WorkLimits;
use crate::pace::Pace;
use crate::torch_file::StateDict;

/// Names of the architectures that can be explained, as in maps.json.
pub const SUPPORTED: [&str; 8] =
    ["Conv5_FC3", "Conv4_FC3", "Stride_Conv5_FC3", "resnet18", "ResNet3D", "SqueezeExcitationCNN", "RandomArchitecture", "Conv5_FC3_SSDA"];

/// An architecture that can be explained, with what maps.json says of its layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Architecture {
    name: &'static str,
    random: Option<RandomArchitecture>,
}

impl Architecture {
    /// Recognises maps.json's `architecture`.
    ///
    /// # Errors
    /// [`NetworkError::Architecture`] with the supported names, [`NetworkError::NoRandomArchitecture`].
    pub fn of(config: &MapsConfig) -> Result<Self, NetworkError> {
        let found = config.architecture.as_str();
        let refused = || NetworkError::Architecture { found: found.to_owned(), supported: SUPPORTED.to_vec() };
        let name = SUPPORTED.into_iter().find(|&known| known == found).ok_or_else(refused)?;
        if name == "RandomArchitecture" && config.random_architecture.is_none() {
            return Err(NetworkError::NoRandomArchitecture);
        }
        Ok(Self { name, random: config.random_architecture.clone() })
    }

    /// Builds the network on a device from a checkpoint, reading one weight after the other. Channels and widths come from the shapes of
    /// the weights, `input_size` (channels, then axes) from maps.json.
    ///
    /// # Errors
    /// [`NetworkError::Checkpoint`] naming every key that is missing or does not fit, [`NetworkError::InputSize`],
    /// [`NetworkError::InputTooSmall`], [`NetworkError::TooLargeForDevice`], [`NetworkError::Unreadable`],
    /// [`NetworkError::Stopped`] when the pace stops.
    pub async fn build(
        &self,
        input_size: &[usize],
        state_dict: &StateDict,
        device: &Device,
        limits: WorkLimits,
        pace: &dyn Pace,
    ) -> Result<Built, NetworkError> {
        let input = InputShape::of(input_size).filter(|input| self.numbers_of_axes().contains(&input.n_axes()));
        let refused = || NetworkError::InputSize { architecture: self.name, axes: self.numbers_of_axes(), found: input_size.to_vec() };
        self.plan().build(self.name, input.ok_or_else(refused)?, state_dict, WeightPlacement { device, limits }, pace).await
    }

    fn numbers_of_axes(&self) -> &'static [usize] {
        match self.name {
            "ResNet3D" | "SqueezeExcitationCNN" => &[3],
            "resnet18" => &[2],
            _ => &[2, 3],
        }
    }

    fn plan(&self) -> Plan {
        match (self.name, &self.random) {
            ("RandomArchitecture", Some(parameters)) => random::plan(parameters),
            ("Stride_Conv5_FC3", _) => conv_fc3::strided(),
            ("Conv5_FC3_SSDA", _) => conv_fc3::domain_adaptation(),
            ("ResNet3D", _) => residual_3d::resnet(),
            ("SqueezeExcitationCNN", _) => residual_3d::squeeze_excitation(),
            ("resnet18", _) => resnet18::plan(),
            _ => conv_fc3::pooled(),
        }
    }
}
