//! The backward pass into an image of one channel, where a convolution would fill one of four places for output channels.
//!
//! The three planes of the kernel become three output channels of a convolution over rows and columns alone; what they
//! give is summed one plane apart.

use super::ring::Ring;
use crate::kernels::cpu::convolution::PackedConvolution;
use crate::kernels::cpu::fill::Fill;
use crate::kernels::cpu::geometry::Geometry;
use crate::kernels::cpu::mirrored::mirrored_weights;
use crate::kernels::cpu::plane_range::PlaneRange;
use crate::kernels::parameters::{BlockParameters, Rectifier};

/// Planes of the kernel.
const PLANES: usize = 3;

/// Rows times columns of the kernel.
const TAPS: usize = 9;

/// The backward pass through a convolution whose input is an image of one channel.
#[derive(Debug, Clone)]
pub struct ToImage {
    planes: PackedConvolution,
}

impl ToImage {
    /// Packs the weights of a convolution, `n_out × 1 × 3×3×3`, mirrored.
    pub fn new(n_out: usize, weight: &[f32]) -> Self {
        let mirrored = mirrored_weights([n_out, 1], PLANES * TAPS, weight);
        let at = |plane: usize, channel: usize, tap: usize| mirrored[(channel * PLANES + plane) * TAPS + tap];
        let places = (0..PLANES * n_out * TAPS).map(|index| at(index / TAPS / n_out, index / TAPS % n_out, index % TAPS));
        let parameters = BlockParameters {
            n_in: n_out,
            n_out: PLANES,
            n_axes: 2,
            stride: 1,
            pool: false,
            weight: places.collect(),
            bias: vec![0.0; PLANES],
            scale: vec![1.0; PLANES],
            shift: vec![0.0; PLANES],
            rectifier: Rectifier::None,
        };
        Self { planes: PackedConvolution::direct(Geometry::of(&parameters), &parameters) }
    }

    /// Room for what `n_planes` planes of gradients contribute: one channel for each plane of the kernel.
    pub fn ring(n_planes: usize, plane: [usize; 2]) -> Ring {
        Ring::new(PLANES, n_planes, plane)
    }

    /// Computes what planes of the gradient whose rows `fill` gives contribute to the planes of the image around each.
    pub fn contribute(&self, fill: &Fill<'_>, axes: [usize; 3], planes: std::ops::Range<usize>, ring: &mut Ring) {
        self.planes.planes(PlaneRange::ring(ring.n_planes()), fill, axes, planes, ring.values_mut(), None);
    }

    /// Sums the contributions to row `y` of plane `z` of the gradient with respect to an image of `depth` planes.
    pub fn row(ring: &Ring, [z, y]: [usize; 2], depth: usize, to: &mut [f32]) {
        to.copy_from_slice(ring.row(1, z, y));
        for (plane, from) in [(0, z.checked_sub(1)), (2, Some(z + 1).filter(|&z| z < depth))] {
            if let Some(z) = from {
                to.iter_mut().zip(ring.row(plane, z, y)).for_each(|(to, &value)| *to += value);
            }
        }
    }
}
