//! A voxel grid without voxels: its size and its place in the world.

use super::Affine;

/// Largest distance of two corners that count as the same place: a tenth of a usual voxel.
const SAME_PLACE_MM: f64 = 0.1;

/// Size and place of a volume. Axes are those of the file (i, j, k), as in [`Volume`](super::Volume).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Voxels along the three axes.
    pub shape: [usize; 3],
    /// World millimetres (RAS+) from voxel indices.
    pub world_from_voxel: Affine,
}

impl Grid {
    /// Whether `world_from_voxel` would place the grid's eight corners within 0.1 mm of where they lie.
    pub fn lies_as(&self, world_from_voxel: &Affine) -> bool {
        let corner = |number: usize| [0, 1, 2].map(|axis| if number >> axis & 1 == 1 { self.shape[axis] as f64 - 1.0 } else { 0.0 });
        let is_near = |voxel: [f64; 3]| {
            let (here, there) = (self.world_from_voxel.apply(voxel), world_from_voxel.apply(voxel));
            here.iter().zip(there).all(|(here, there)| (here - there).abs() <= SAME_PLACE_MM)
        };
        (0..8).map(corner).all(is_near)
    }
}

/// A shape in words: `2×3×4`.
pub fn times(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_decide_where_a_grid_lies() {
        let grid = Grid { shape: [100, 2, 2], world_from_voxel: Affine::from_diagonal([1.0; 3], [-50.0, 0.0, 0.0]) };
        assert!(grid.lies_as(&Affine::from_diagonal([1.0005, 1.0, 1.0], [-50.0, 0.05, 0.0])));
        assert!(!grid.lies_as(&Affine::from_diagonal([1.01, 1.0, 1.0], [-50.0, 0.0, 0.0])));
        assert!(!grid.lies_as(&Affine::from_diagonal([-1.0, 1.0, 1.0], [-50.0, 0.0, 0.0])));
    }
}
