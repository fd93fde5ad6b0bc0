//! A convolution with what follows it, by one of two algorithms.

use std::ops::Range;

use super::destination::Destination;
use super::direct::DirectConvolution;
use super::fill::Fill;
use super::geometry::Geometry;
use super::plane_range::PlaneRange;
use super::winograd::WinogradConvolution;
use crate::kernels::parameters::BlockParameters;
use crate::kernels::winner::WinnerCodes;

/// A convolution with normalisation, pooling and rectifier, its weights packed for the algorithm that computes it.
#[derive(Debug, Clone)]
pub enum PackedConvolution {
    /// Every output value is the sum of all its products.
    Direct(DirectConvolution),
    /// Winograd's minimal filtering: tiles of output values have products in common.
    Winograd(WinogradConvolution),
}

impl PackedConvolution {
    /// Packs weights `n_out × n_in × taps` for direct sums.
    pub fn direct(geometry: Geometry, parameters: &BlockParameters) -> Self {
        Self::Direct(DirectConvolution::new(geometry, parameters))
    }

    /// Packs weights `n_out × n_in × taps` for Winograd's algorithm where it applies (three axes, stride 1), else for direct sums.
    ///
    /// Whether the block pools is not asked, so that it does not change a bit of what is pooled: passes that are cut between
    /// convolution and pooling give the values of those that are not.
    pub fn new(geometry: Geometry, parameters: &BlockParameters) -> Self {
        match WinogradConvolution::is_for(&geometry) {
            true => Self::Winograd(WinogradConvolution::new(geometry, parameters)),
            false => Self::direct(geometry, parameters),
        }
    }

    /// Computes planes of the output, of which `output` and `winners` hold those `in_memory`, from an input of spatial shape
    /// `input` whose rows `fill` gives. Without pooling and rectifier nobody needs `winners`.
    ///
    /// # Panics
    /// If there are more planes than `in_memory` has room for: in a ring two of them would be one.
    pub fn planes(
        &self,
        in_memory: PlaneRange,
        fill: &Fill<'_>,
        input: [usize; 3],
        planes: Range<usize>,
        output: &mut [f32],
        winners: Option<WinnerCodes<'_>>,
    ) {
        let n_planes = in_memory.n_planes();
        assert!(planes.len() <= n_planes, "{} planes at a time, with room for {n_planes}", planes.len());
        let to = Destination::new(self.geometry(), input, in_memory, output, winners);
        match self {
            Self::Direct(convolution) => convolution.planes(fill, input, planes, to),
            Self::Winograd(convolution) => convolution.planes(fill, input, planes, to),
        }
    }

    fn geometry(&self) -> &Geometry {
        match self {
            Self::Direct(convolution) => convolution.geometry(),
            Self::Winograd(convolution) => convolution.geometry(),
        }
    }
}
