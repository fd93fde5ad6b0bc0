//! Five blocks of convolutions, then three fully connected layers: `Conv5_FC3`, `Conv4_FC3` (which despite its name has five
//! blocks, too, and only narrower fully connected layers), `Stride_Conv5_FC3` and `Conv5_FC3_SSDA`; in 2D and 3D.

use super::plan::{Plan, Planned, PlannedHead, PlannedModule};
use crate::kernels::Activation;

/// Number of blocks.
const N_BLOCKS: usize = 5;

/// `Conv5_FC3` and `Conv4_FC3`: convolution, batch normalisation, ReLU and pooling. The widths come from the checkpoint.
pub fn pooled() -> Plan {
    Plan { convolutions: blocks(1), fc: PlannedHead::new(["fc.2", "fc.4", "fc.6"], Some(Activation::Relu)) }
}

/// `Stride_Conv5_FC3`: convolutions of stride 2 instead of pooling.
pub fn strided() -> Plan {
    Plan { convolutions: blocks(2), fc: PlannedHead::new(["fc.2", "fc.4", "fc.6"], Some(Activation::Relu)) }
}

/// `Conv5_FC3_SSDA`: Conv5_FC3 with three heads for semi-supervised domain adaptation. The one trained for the data that one
/// has at hand, `fc_class_target`, is explained; `clinicadl interpret` explains none.
pub fn domain_adaptation() -> Plan {
    let fc = PlannedHead::new(["fc_class_target.2", "fc_class_target.4", "fc_class_target.6"], Some(Activation::Relu));
    Plan { convolutions: blocks(1), fc: PlannedHead { other_heads: &["fc_class_source", "fc_domain"], ..fc } }
}

fn blocks(stride: usize) -> Vec<PlannedModule> {
    let n_modules = if stride == 1 { 4 } else { 3 };
    let block = |index: usize| {
        let first = n_modules * index;
        let mut layers = vec![
            Planned::convolution(format!("convolutions.{first}"), stride),
            Planned::BatchNorm { key: format!("convolutions.{}", first + 1) },
            Planned::Activation(Activation::Relu),
        ];
        if stride == 1 {
            layers.push(Planned::PadMaxPool);
        }
        layers.into_iter().map(PlannedModule::of)
    };
    (0..N_BLOCKS).flat_map(block).collect()
}
