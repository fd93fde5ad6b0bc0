//! Affine maps between voxel indices and world millimetres.

/// A 3×4 affine map: rows x, y, z; the last column is the translation. Variables are named `a_from_b`: the map takes points of
/// `b` to points of `a`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine(pub [[f64; 4]; 3]);

impl Affine {
    /// The map that takes every point to itself.
    pub const IDENTITY: Affine = Affine([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]);

    /// The map that scales by `scales`, then shifts by `offset`, axis by axis.
    pub fn from_diagonal(scales: [f64; 3], offset: [f64; 3]) -> Self {
        let mut rows = [[0.0; 4]; 3];
        for axis in 0..3 {
            rows[axis][axis] = scales[axis];
            rows[axis][3] = offset[axis];
        }
        Affine(rows)
    }

    /// The image of a point.
    pub fn apply(&self, point: [f64; 3]) -> [f64; 3] {
        self.0.map(|row| row[0] * point[0] + row[1] * point[1] + row[2] * point[2] + row[3])
    }

    /// The composition `self ∘ inner`: first `inner`, then `self`.
    pub fn compose(&self, inner: &Affine) -> Affine {
        let column = |index: usize| [inner.0[0][index], inner.0[1][index], inner.0[2][index]];
        let mut rows = [[0.0; 4]; 3];
        for (row, own) in rows.iter_mut().zip(self.0) {
            for (index, cell) in row.iter_mut().enumerate() {
                let inner_column = column(index);
                *cell = own[0] * inner_column[0] + own[1] * inner_column[1] + own[2] * inner_column[2];
            }
            row[3] += own[3];
        }
        Affine(rows)
    }

    /// Whether voxel 0, 0, 0 lies at the origin of the world. This marks a grid whose place was never set: in a scan with a
    /// place the origin lies inside the head.
    pub fn is_without_shift(&self) -> bool {
        self.0.iter().all(|row| row[3] == 0.0)
    }

    /// Determinant of the linear part: for a map from voxels to millimetres the signed volume of one voxel in mm³.
    pub fn determinant(&self) -> f64 {
        let m = &self.0;
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    }

    /// The inverse map, or `None` where the linear part is singular or not finite.
    pub fn inverse(&self) -> Option<Affine> {
        let det = self.determinant();
        if det == 0.0 || !det.is_finite() {
            return None;
        }
        let m = &self.0;
        let cofactor = |r: usize, c: usize| {
            let (r1, r2) = ((r + 1) % 3, (r + 2) % 3);
            let (c1, c2) = ((c + 1) % 3, (c + 2) % 3);
            m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]
        };
        let mut rows = [[0.0; 4]; 3];
        for (r, row) in rows.iter_mut().enumerate() {
            for (c, cell) in row.iter_mut().take(3).enumerate() {
                *cell = cofactor(c, r) / det;
            }
            row[3] = -(row[0] * m[0][3] + row[1] * m[1][3] + row[2] * m[2][3]);
        }
        Some(Affine(rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverse_undoes_an_oblique_affine() {
        let affine = Affine([[1.1, 0.2, -0.1, -84.0], [-0.3, 0.9, 0.05, -119.0], [0.0, 0.1, 1.2, -78.0]]);
        let point = [12.5, -3.0, 40.25];
        let back = affine.inverse().unwrap().apply(affine.apply(point));
        for axis in 0..3 {
            assert!((back[axis] - point[axis]).abs() < 1e-12, "{back:?}");
        }
    }

    #[test]
    fn a_singular_affine_has_no_inverse() {
        assert_eq!(Affine([[1.0, 0.0, 0.0, 0.0]; 3]).inverse(), None);
    }

    #[test]
    fn compose_applies_the_inner_map_first() {
        let outer = Affine::from_diagonal([2.0, 3.0, 4.0], [1.0, 1.0, 1.0]);
        let inner = Affine::from_diagonal([1.0, 1.0, 1.0], [10.0, 20.0, 30.0]);
        assert_eq!(outer.compose(&inner).apply([0.0; 3]), outer.apply(inner.apply([0.0; 3])));
    }
}
