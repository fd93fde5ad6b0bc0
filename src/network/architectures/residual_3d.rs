//! Five residual blocks with pooling, then two fully connected layers: `ResNet3D` and `SqueezeExcitationCNN`, 3D only.

use super::plan::{Plan, Planned, PlannedHead, PlannedModule};
use crate::kernels::Activation;

/// Number of blocks.
const N_BLOCKS: usize = 5;

/// `ResNet3D`, whose activations are ELUs.
pub fn resnet() -> Plan {
    let module = |index| PlannedModule::block("residual block + max pooling 3×3×3", block(index, Activation::Elu, false));
    Plan { convolutions: (0..N_BLOCKS).map(module).collect(), fc: PlannedHead::new(["fc.1", "fc.4"], Some(Activation::Elu)) }
}

/// `SqueezeExcitationCNN`, whose activations are ReLUs.
pub fn squeeze_excitation() -> Plan {
    let name = "squeeze-excitation block + max pooling 3×3×3";
    let module = |index| PlannedModule::block(name, block(index, Activation::Relu, true));
    Plan { convolutions: (0..N_BLOCKS).map(module).collect(), fc: PlannedHead::new(["fc.2", "fc.4"], Some(Activation::Relu)) }
}

/// The shortcut is always a convolution of width 1.
fn block(index: usize, activation: Activation, has_excitation: bool) -> Vec<Planned> {
    let key = |name: &str| format!("convolutions.{index}.0.{name}");
    let mut branch = vec![
        Planned::unbiased(key("conv1"), 3, 1),
        Planned::BatchNorm { key: key("bn1") },
        Planned::Activation(activation),
        Planned::unbiased(key("conv2"), 3, 1),
        Planned::BatchNorm { key: key("bn2") },
    ];
    if has_excitation {
        branch.push(Planned::SqueezeExcitation { key: key("se_block") });
    }
    let shortcut = vec![Planned::unbiased(key("shortcut.0"), 1, 1)];
    vec![Planned::Residual { branch, shortcut }, Planned::Activation(activation), Planned::MaxPool { padding: 0 }]
}
