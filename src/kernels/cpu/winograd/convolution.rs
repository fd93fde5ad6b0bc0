//! A convolution for Winograd's algorithm: shapes and transformed weights.

use super::filters::TransformedFilters;
use crate::kernels::cpu::convolve::Finish;
use crate::kernels::cpu::geometry::Geometry;
use crate::kernels::cpu::packing::finishes;
use crate::kernels::parameters::BlockParameters;

/// A convolution of stride 1 over three axes, with normalisation, pooling and rectifier.
#[derive(Debug, Clone)]
pub struct WinogradConvolution {
    pub(super) geometry: Geometry,
    pub(super) filters: TransformedFilters,
    /// Bias and normalisation of each group of output channels; scales are not negative.
    pub(super) finish: Vec<Finish>,
}

impl WinogradConvolution {
    /// Transforms weights `n_out × n_in × taps`.
    pub fn new(geometry: Geometry, parameters: &BlockParameters) -> Self {
        // Sums are pooled before they are finished: the largest value has to come from the largest sum.
        let parameters = parameters.with_positive_scales();
        let BlockParameters { weight, bias, scale, shift, .. } = &parameters;
        Self { geometry, filters: TransformedFilters::new(geometry.n_in, weight), finish: finishes([bias, scale, shift]) }
    }

    /// Whether the algorithm applies: there are three axes and stride 1.
    pub fn is_for(geometry: &Geometry) -> bool {
        !geometry.is_flat() && geometry.stride == 1
    }

    /// The block's shapes.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }
}
