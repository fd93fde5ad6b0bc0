//! The transforms of F(2, 3) along one axis, and the sizes that follow from them.

use crate::kernels::cpu::simd::Vector;

/// Output voxels of a tile along an axis.
pub const TILE_EDGE: usize = 2;

/// Output voxels of a tile.
pub const VOXELS: usize = TILE_EDGE * TILE_EDGE * TILE_EDGE;

/// Input voxels on which a tile depends along an axis.
pub const REACH: usize = 4;

/// Components of a transformed tile within a plane: those of its rows times those of its columns.
pub const PLANE_COMPONENTS: usize = REACH * REACH;

/// Components of a transformed tile: input voxels on which it depends, and products for each of its channels.
pub const COMPONENTS: usize = REACH * PLANE_COMPONENTS;

/// The input transform along one axis: `Bᵀ d`.
///
/// # Safety
/// The machine has the instructions of `V`.
#[inline(always)]
pub unsafe fn transform_input<V: Vector>([a, b, c, d]: [V; REACH]) -> [V; REACH] {
    // SAFETY: the caller's machine has the instructions of `V`; no pointers are involved.
    unsafe { [a.sub(c), b.add(c), c.sub(b), b.sub(d)] }
}

/// The output transform along one axis: `Aᵀ m`.
///
/// # Safety
/// The machine has the instructions of `V`.
#[inline(always)]
pub unsafe fn transform_output<V: Vector>([a, b, c, d]: [V; REACH]) -> [V; TILE_EDGE] {
    // SAFETY: the caller's machine has the instructions of `V`; no pointers are involved.
    unsafe { [a.add(b).add(c), b.sub(c).sub(d)] }
}
