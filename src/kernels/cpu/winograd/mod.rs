//! A convolution with fewer products than it has taps: Winograd's minimal filtering F(2×2×2, 3×3×3).
//!
//! A tile of 2×2×2 voxels, those that are pooled together, looks at 4×4×4 voxels. Of its 8 · 27 products so much is in common
//! that 64 suffice: the input is added to and subtracted from itself along each axis (`Bᵀ d`), each of the 64 results is
//! multiplied by a weight that was combined beforehand (`G g`), and over all channels summed up; these sums are added up to the
//! tile (`Aᵀ m`). Lavin and Gray, Fast Algorithms for Convolutional Neural Networks (2016).
//!
//! What is the same place of neighbouring tiles lies side by side in memory, so that vectors hold tiles. Along rows and columns the
//! input is combined when a plane comes ([`planes::Planes`]), along planes when a few tiles are computed ([`combined::Combined`]).
//! Rows of tiles follow each other without gaps, so that short ones fill vectors, too. Pooling then is the largest of eight vectors.

mod combined;
mod kernels;
mod planes;
mod run;
mod tile;

use std::ops::Range;

use super::convolve::Finish;
use super::destination::Destination;
use super::forward::Fill;
use super::geometry::Geometry;
use super::packing::finishes;
use super::parallel::in_pieces;
use super::simd::Vector;
use crate::kernels::BlockParameters;
use kernels::Kernels;
use run::Run;

/// Voxels of a tile along an axis.
pub const TILE_EDGE: usize = 2;

/// Voxels of a tile.
pub const VOXELS: usize = TILE_EDGE * TILE_EDGE * TILE_EDGE;

/// Voxels that a tile looks at along an axis.
pub const REACH: usize = 4;

/// Voxels that a tile looks at, and products for each of its channels.
pub const COMPONENTS: usize = REACH * REACH * REACH;

/// A convolution of stride 1 over three axes with what follows it.
#[derive(Debug, Clone)]
pub struct Convolution {
    geometry: Geometry,
    kernels: Kernels,
    /// Of each group of output channels.
    finish: Vec<Finish>,
}

impl Convolution {
    /// Combines weights `n_out × n_in × taps`.
    pub fn new(geometry: Geometry, parameters: &BlockParameters) -> Self {
        // So that the largest value comes from the largest sum.
        let parameters = parameters.with_positive_scales();
        let BlockParameters { weight, bias, scale, shift, .. } = &parameters;
        Self { geometry, kernels: Kernels::new(geometry.n_in, weight), finish: finishes([bias, scale, shift]) }
    }

    /// Whether there are three axes and no strides.
    pub fn is_for(geometry: &Geometry) -> bool {
        !geometry.is_flat() && geometry.stride == 1
    }

    /// Shapes.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// Computes planes of the output from an input of spatial shape `input`.
    pub fn planes(&self, fill: &Fill<'_>, input: [usize; 3], planes: Range<usize>, to: Destination<'_>) {
        in_pieces(planes, |planes| Run::new(self, fill, input, to).compute(&planes));
    }
}

/// `Bᵀ d`.
///
/// # Safety
/// As [`Vector`].
#[inline(always)]
unsafe fn combine<V: Vector>([a, b, c, d]: [V; REACH]) -> [V; REACH] {
    // SAFETY: the caller's.
    unsafe { [a.sub(c), b.add(c), c.sub(b), b.sub(d)] }
}

/// `Aᵀ m`.
///
/// # Safety
/// As [`Vector`].
#[inline(always)]
unsafe fn pair<V: Vector>([a, b, c, d]: [V; REACH]) -> [V; TILE_EDGE] {
    // SAFETY: the caller's.
    unsafe { [a.add(b).add(c), b.sub(c).sub(d)] }
}
