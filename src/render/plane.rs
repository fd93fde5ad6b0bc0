//! The three anatomical planes and which way the head lies in them.

/// A plane through the head, normal to one axis of RAS+ world space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Plane {
    /// Seen from behind: x to the right, z up.
    Coronal,
    /// Seen from the left: y to the right, z up.
    Sagittal,
    /// Seen from above: x to the right, y up.
    Axial,
}

impl Plane {
    /// All planes, in the order in which nilearn's `ortho` shows them.
    pub const ALL: [Plane; 3] = [Plane::Coronal, Plane::Sagittal, Plane::Axial];

    /// World axis (0 = x, 1 = y, 2 = z) that points to the right of the picture.
    pub fn right_axis(self) -> usize {
        match self {
            Plane::Coronal | Plane::Axial => 0,
            Plane::Sagittal => 1,
        }
    }

    /// World axis that points up.
    pub fn up_axis(self) -> usize {
        match self {
            Plane::Coronal | Plane::Sagittal => 2,
            Plane::Axial => 1,
        }
    }

    /// World axis along which slices follow each other.
    pub fn normal_axis(self) -> usize {
        match self {
            Plane::Coronal => 1,
            Plane::Sagittal => 0,
            Plane::Axial => 2,
        }
    }

    /// Lower-case English name.
    pub fn name(self) -> &'static str {
        match self {
            Plane::Coronal => "coronal",
            Plane::Sagittal => "sagittal",
            Plane::Axial => "axial",
        }
    }
}
