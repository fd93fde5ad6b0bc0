//! From layers to a residual block.

use std::sync::Arc;

use super::block::block_parameters;
use crate::kernels::cpu::residual::{CpuResidual, ResidualParameters};
use crate::kernels::{BlockParameters, BlockTail};
use crate::network::HostValues;
use crate::network::layers::{BatchNorm, Convolution, RowLayer, SqueezeExcitation, Window};
use crate::network::step::{Step, output_shape};

/// A residual block with the pooling that follows it, on the CPU.
#[derive(Debug)]
pub struct ResidualBlock {
    /// What is computed voxel by voxel.
    pub cpu: CpuResidual,
    /// What that was made from.
    pub parameters: Arc<ResidualParameters>,
    /// What becomes of the branch's channels before the sum.
    pub excitation: Option<SqueezeExcitation>,
    /// Number of layers that it stands for.
    pub n_layers: u64,
}

impl ResidualBlock {
    /// The block that these steps begin with, on an input of shape C×D×H×W, and how many steps it stands for; nothing if
    /// the kernels do not have it.
    ///
    /// They have the blocks of ResNet3D and SqueezeExcitationCNN: two convolutions of width 3 with batch normalisation,
    /// with or without squeeze-excitation, beside a shortcut of width 1; after the sum a function, and the maximum of
    /// windows of 3×3×3 voxels.
    pub fn of(steps: &[&Step], input: [usize; 4]) -> Option<(Self, usize)> {
        let [Step::Residual { branch, shortcut }, Step::Rows(RowLayer::Activation(last)), Step::Rows(RowLayer::MaxPool(pool)), ..] = steps
        else {
            return None;
        };
        let [first @ .., second, second_norm] = without_excitation(branch) else { return None };
        let [Step::Rows(first), Step::Rows(first_norm), Step::Rows(RowLayer::Activation(between))] = first else { return None };
        let (Step::Rows(second), Step::Rows(second_norm)) = (second, second_norm) else { return None };
        let first = normalized(&[first, first_norm], Window::new(3, 3, 1, 1))?;
        let second = normalized(&[second, second_norm], Window::new(3, 3, 1, 1))?;
        let shortcut = normalized(&shortcut.iter().collect::<Vec<_>>(), Window::new(3, 1, 1, 0))?;
        let has_windows = pool.output_shape(output_shape(branch, input)).iter().all(|&n| n > 0);
        if pool.window() != Window::new(3, 3, 2, 0) || !has_windows {
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

fn excitation(branch: &[Step]) -> Option<&SqueezeExcitation> {
    match branch.last() {
        Some(Step::SqueezeExcitation(layer)) => Some(layer),
        _ => None,
    }
}

fn without_excitation(branch: &[Step]) -> &[Step] {
    &branch[..branch.len() - usize::from(excitation(branch).is_some())]
}

/// A convolution of this window on the CPU, alone or with batch normalisation.
fn normalized(layers: &[&RowLayer], window: Window) -> Option<BlockParameters> {
    let (convolution, batch_norm): (&Convolution, Option<&BatchNorm>) = match layers {
        [RowLayer::Convolution(convolution)] => (convolution, None),
        [RowLayer::Convolution(convolution), RowLayer::BatchNorm(batch_norm)] => (convolution, Some(batch_norm)),
        _ => return None,
    };
    let is_known = convolution.window() == window && HostValues::are_of(convolution.device());
    is_known.then(|| block_parameters(convolution, batch_norm, BlockTail::linear(batch_norm.is_some())))
}
