//! The layers of `convolutions`: modules, as Grad-CAM levels count them, each a list of nodes.

use super::layers::{RowLayer, SqueezeExcitation};

/// One top-level module of `convolutions`.
#[derive(Debug, Clone)]
pub struct Module {
    /// What the module is, in words.
    pub name: String,
    /// The layers of the module, in the order in which the input passes through them.
    pub nodes: Vec<LayerNode>,
}

/// A layer, or a residual block of layers.
#[derive(Debug, Clone)]
pub enum LayerNode {
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
        /// The longer branch.
        branch: Vec<LayerNode>,
        /// The shorter branch; empty for the input itself.
        shortcut: Vec<RowLayer>,
    },
}

impl Module {
    /// Shape C×D×H×W of the output for an input of shape C×D×H×W.
    pub fn output_shape(&self, input: [usize; 4]) -> [usize; 4] {
        output_shape(&self.nodes, input)
    }

    /// Number of trained weights and biases.
    pub fn n_parameters(&self) -> u64 {
        self.nodes.iter().map(LayerNode::n_parameters).sum()
    }
}

impl LayerNode {
    /// Shape C×D×H×W of the output for an input of shape C×D×H×W.
    pub fn output_shape(&self, input: [usize; 4]) -> [usize; 4] {
        match self {
            Self::Rows(layer) => layer.output_shape(input),
            Self::InstanceNorm | Self::SqueezeExcitation(_) => input,
            Self::AveragePool => [input[0], 1, 1, 1],
            Self::Residual { branch, .. } => output_shape(branch, input),
        }
    }

    /// Number of trained weights and biases.
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

/// Shape C×D×H×W of the output of nodes one after the other, for an input of shape C×D×H×W.
pub fn output_shape(nodes: &[LayerNode], input: [usize; 4]) -> [usize; 4] {
    nodes.iter().fold(input, |shape, node| node.output_shape(shape))
}
