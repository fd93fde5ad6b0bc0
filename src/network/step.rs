//! What `convolutions` consists of: modules, as Grad-CAM levels count them, of steps.

use super::layers::{RowLayer, SqueezeExcitation};

/// One top-level module of `convolutions`.
#[derive(Debug, Clone)]
pub struct Module {
    /// What it is, in words.
    pub name: String,
    /// In order.
    pub steps: Vec<Step>,
}

/// A layer, or a residual block of layers.
#[derive(Debug, Clone)]
pub enum Step {
    /// A layer that is computed row by row.
    Rows(RowLayer),
    /// Instance normalisation.
    InstanceNorm,
    /// Squeeze-excitation.
    SqueezeExcitation(Box<SqueezeExcitation>),
    /// Average over the whole image.
    AveragePool,
    /// The sum of two branches from the same input.
    Residual {
        /// The longer one.
        branch: Vec<Step>,
        /// The shorter one; empty for the input itself.
        shortcut: Vec<RowLayer>,
    },
}

impl Module {
    /// Shape C×D×H×W of the output for an input of shape C×D×H×W.
    pub fn output_shape(&self, input: [usize; 4]) -> [usize; 4] {
        output_shape(&self.steps, input)
    }

    /// Number of weights.
    pub fn n_parameters(&self) -> u64 {
        self.steps.iter().map(Step::n_parameters).sum()
    }
}

impl Step {
    /// Shape C×D×H×W of the output for an input of shape C×D×H×W.
    pub fn output_shape(&self, input: [usize; 4]) -> [usize; 4] {
        match self {
            Self::Rows(layer) => layer.output_shape(input),
            Self::InstanceNorm | Self::SqueezeExcitation(_) => input,
            Self::AveragePool => [input[0], 1, 1, 1],
            Self::Residual { branch, .. } => output_shape(branch, input),
        }
    }

    /// Number of weights.
    pub fn n_parameters(&self) -> u64 {
        match self {
            Self::Rows(layer) => layer.n_parameters(),
            Self::SqueezeExcitation(layer) => layer.n_parameters(),
            Self::InstanceNorm | Self::AveragePool => 0,
            Self::Residual { branch, shortcut } => {
                let shortcut: u64 = shortcut.iter().map(RowLayer::n_parameters).sum();
                shortcut + branch.iter().map(Self::n_parameters).sum::<u64>()
            }
        }
    }
}

/// Shape of the output of steps one after the other.
pub fn output_shape(steps: &[Step], input: [usize; 4]) -> [usize; 4] {
    steps.iter().fold(input, |shape, step| step.output_shape(shape))
}
