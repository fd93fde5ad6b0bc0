//! From layers to a residual block.

use std::sync::Arc;

use super::block::block_parameters;
use crate::kernels::cpu::residual::{CpuResidual, ResidualParameters};
use crate::kernels::{BlockParameters, BlockTail};
use crate::network::host_values::HostValues;
use crate::network::layer_node::{LayerNode, output_shape};
use crate::network::layers::{BatchNorm, Convolution, RowLayer, SlidingWindow, SqueezeExcitation};

/// A residual block with the pooling that follows it, on the CPU.
#[derive(Debug)]
pub struct ResidualBlock {
    /// The kernel of everything that is computed voxel by voxel.
    pub cpu: CpuResidual,
    /// The parameters of the kernel.
    pub parameters: Arc<ResidualParameters>,
    /// The squeeze-excitation of the branch, if there is one.
    pub excitation: Option<SqueezeExcitation>,
    /// Number of layers that the block stands for.
    pub n_layers: u64,
}

impl ResidualBlock {
    /// The block that these nodes begin with, on an input of shape C×D×H×W, and how many nodes it stands for; `None` if
    /// the kernels do not have it.
    ///
    /// The kernels have the blocks of ResNet3D and SqueezeExcitationCNN: two convolutions of width 3 with batch normalisation,
    /// with or without squeeze-excitation, beside a shortcut of width 1; after the sum a function, and the maximum of
    /// windows of 3×3×3 voxels.
    pub fn of(nodes: &[&LayerNode], input: [usize; 4]) -> Option<(Self, usize)> {
        let [
            LayerNode::Residual { branch, shortcut },
            LayerNode::Rows(RowLayer::Activation(last)),
            LayerNode::Rows(RowLayer::MaxPool(pool)),
            ..,
        ] = nodes
        else {
            return None;
        };
        let [first @ .., second, second_norm] = without_excitation(branch) else { return None };
        let [LayerNode::Rows(first), LayerNode::Rows(first_norm), LayerNode::Rows(RowLayer::Activation(between))] = first else {
            return None;
        };
        let (LayerNode::Rows(second), LayerNode::Rows(second_norm)) = (second, second_norm) else { return None };
        let first = normalized(&[first, first_norm], SlidingWindow::new(3, 3, 1, 1))?;
        let second = normalized(&[second, second_norm], SlidingWindow::new(3, 3, 1, 1))?;
        let shortcut = normalized(&shortcut.iter().collect::<Vec<_>>(), SlidingWindow::new(3, 1, 1, 0))?;
        let has_windows = pool.output_shape(output_shape(branch, input)).iter().all(|&n| n > 0);
        if pool.window() != SlidingWindow::new(3, 3, 2, 0) || !has_windows {
            return None;
        }
        let activations = [*between, *last];
        let parameters = Arc::new(ResidualParameters { first, second, shortcut, activations });
        let cpu = CpuResidual::new(&parameters);
        let excitation = excitation(branch).cloned();
        // Besides the branch: shortcut, sum, function and pooling.
        let n_layers = branch.len() as u64 + 4;
        Some((Self { cpu, parameters, excitation, n_layers }, 3))
    }
}

fn excitation(branch: &[LayerNode]) -> Option<&SqueezeExcitation> {
    match branch.last() {
        Some(LayerNode::SqueezeExcitation(layer)) => Some(layer),
        _ => None,
    }
}

fn without_excitation(branch: &[LayerNode]) -> &[LayerNode] {
    &branch[..branch.len() - usize::from(excitation(branch).is_some())]
}

/// A convolution of this window on the CPU, alone or with batch normalisation.
fn normalized(layers: &[&RowLayer], window: SlidingWindow) -> Option<BlockParameters> {
    let (convolution, batch_norm): (&Convolution, Option<&BatchNorm>) = match layers {
        [RowLayer::Convolution(convolution)] => (convolution, None),
        [RowLayer::Convolution(convolution), RowLayer::BatchNorm(batch_norm)] => (convolution, Some(batch_norm)),
        _ => return None,
    };
    let is_known = convolution.window() == window && HostValues::are_of(convolution.device());
    is_known.then(|| block_parameters(convolution, batch_norm, BlockTail::linear(batch_norm.is_some())))
}
