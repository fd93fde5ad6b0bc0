//! Cases in which a maximum, or the sign of a ReLU's input, is decided by less than float32 resolves, of networks whose layers are no
//! blocks of the kernels or residual blocks: what float32 cannot decide is decided in float64 in the other networks, so that none of
//! their maps is here.
//!
//! A pooling window whose two largest values differ, in float64, by about one unit in the last place of float32 sends its
//! gradient to one or the other according to the order in which a program sums. Everything outside what such a window can reach is
//! compared as strictly as ever. The margins below come from walking the case in float64.

use std::ops::Range;

/// A case with blocks that float32 cannot decide.
#[derive(Debug, Clone)]
pub struct NearTies {
    /// Voxels of the input that each block depends on, along the three axes (the last one is 0..1 in 2D).
    reaches: Vec<[Range<usize>; 3]>,
    /// Share of the voxels outside them that may differ, too, because smaller ties reach them.
    pub outlier_share: f64,
}

impl NearTies {
    /// Whether a voxel (channel, then axes) is reached by a block that is not decided.
    pub fn reach(&self, [_, voxel @ ..]: &[usize; 4]) -> bool {
        self.reaches.iter().any(|reach| (0..3).all(|axis| reach[axis].contains(&voxel[axis])))
    }
}

/// What is known of a case.
pub fn of(id: &str) -> Option<NearTies> {
    match id {
        // A ReLU, not a maximum: second stage, first block, first convolution, channel 116, (25, 1) is 9.0e-7 of the root mean
        // square above zero in float64; float32's largest error there is 4.8e-6 of it, and PyTorch's value is 2.3e-8 of it.
        "slice_sag_resnet18__s0_loss__sub-TRIV25_slice-6__gd_n0" => Some(one([175..226, 0..34, 0..1], 0.0)),
        // The pooling after the first convolution, channel 11, pooled voxel (37, 15): 1.7e-8 of the root mean square. It falls as in
        // float64 where multiplications and additions are fused, which browsers do not do.
        "slice_sag_resnet18__s0_loss__sub-TRIV24_slice-3__gd_n0" | "slice_sag_resnet18__s0_loss__sub-TRIV24_slice-3__gd_n1"
            if cfg!(target_arch = "wasm32") =>
        {
            Some(one([143..154, 55..66, 0..1], 0.0))
        }
        // Its first pooling is no block of the kernels. PyTorch's own float32 map departs from float64 in 0.79 % of the voxels, since it
        // breaks exact ties there, too.
        "ties_labels__slice_sag_resnet18__gd_n0" => Some(NearTies { reaches: Vec::new(), outlier_share: 0.008 }),
        // Of the first block's windows, each 7³ voxels wide, 88 margins are below 3e-7. As many voxels may differ as PyTorch's own float32
        // map departs in from float64.
        "image_resnet3d__s0_loss__sub-TRIV24_image-0__gd_n0" => Some(NearTies { reaches: Vec::new(), outlier_share: 0.0132 }),
        "image_secnn__s0_loss__sub-TRIV24_image-0__gd_n0" => Some(squeeze_excitation()),
        _ => None,
    }
}

fn one(reach: [Range<usize>; 3], outlier_share: f64) -> NearTies {
    NearTies { reaches: vec![reach], outlier_share }
}

/// Block (from 0) of SqueezeExcitationCNN, pooled voxel, and margin between the two largest values of the window
/// in units of the root mean square of what is pooled.
type OverlappingWindow = (usize, [usize; 3], f64);

/// PyTorch's float32 map departs from float64 in 0.06 % of the voxels; float32's largest errors are 1.0e-6
/// and 3.0e-6 of the root mean square in these blocks.
const SQUEEZE_EXCITATION: [OverlappingWindow; 4] = [
    (1, [6, 33, 18], 8.1e-8),
    (1, [25, 7, 19], 2.2e-7),
    // Both windows depend on the same two voxels.
    (2, [0, 22, 1], 2.4e-7),
    (2, [1, 22, 1], 2.4e-7),
];

/// In the second block of SqueezeExcitationCNN, channel 3 of the layer before the first ReLU: this voxel is 3.3e-7 of the
/// root mean square away from zero, where the slope changes. It depends on 11³ voxels.
const SQUEEZE_EXCITATION_HIDDEN: [usize; 3] = [17, 88, 58];

fn squeeze_excitation() -> NearTies {
    let mut ties = overlapping(&SQUEEZE_EXCITATION, 0.00056);
    ties.reaches.push(SQUEEZE_EXCITATION_HIDDEN.map(|n| 2 * n - 4..2 * n + 7));
    ties
}

/// A window of the second block depends on 19³ voxels, one of the third at 43³: two convolutions of width 3 and a pooling of
/// width 3 and stride 2 per block.
fn overlapping(windows: &[OverlappingWindow], outlier_share: f64) -> NearTies {
    let reach = |&(block, voxel, _): &OverlappingWindow| {
        let (step, before, after) = if block == 1 { (4, 6, 13) } else { (8, 14, 29) };
        voxel.map(|n| (step * n).saturating_sub(before)..step * n + after)
    };
    NearTies { reaches: windows.iter().map(reach).collect(), outlier_share }
}
