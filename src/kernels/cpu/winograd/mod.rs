//! A convolution with fewer products than it has taps: Winograd's minimal filtering F(2×2×2, 3×3×3).
//!
//! A tile of 2×2×2 output voxels, those that are pooled together, depends on 4×4×4 input voxels. Of its 8 · 27 products so much
//! is in common that 64 suffice: `Aᵀ [(G g) ⊙ (Bᵀ d)]` along each axis. The input transform `Bᵀ d` adds and subtracts input
//! values; each of its 64 components is multiplied by a component of the transformed filter `G g`, made beforehand, and summed over
//! all input channels; the output transform `Aᵀ m` adds these sums up to the tile. Lavin and Gray, Fast Algorithms for
//! Convolutional Neural Networks (2016).
//!
//! The same component of neighbouring tiles lies side by side in memory, so that vectors hold tiles. The input transform is done
//! along rows and columns when a plane arrives ([`transformed_planes`]), along planes when a few tiles are computed
//! ([`transformed_tiles`]). Rows of tiles follow each other without gaps, so that short ones fill vectors, too. Pooling then is
//! the largest of eight vectors.

mod convolution;
mod filters;
mod invariant_axes;
mod piece;
mod products;
mod transform;
mod transformed_planes;
mod transformed_tiles;

pub use convolution::WinogradConvolution;
