//! Where pixels lie in the head, and back: the one place that hit testing and drawing share.

use super::Plane;
use crate::volume::Volume;

/// Which side of the head is on the left of coronal and axial pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Orientation {
    /// Left is on the left.
    #[default]
    Neurological,
    /// Left is on the right, as if one looked at the person.
    Radiological,
}

/// An axis-aligned box in world millimetres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WorldBounds {
    /// Smallest x, y, z.
    pub min: [f64; 3],
    /// Largest x, y, z.
    pub max: [f64; 3],
}

impl WorldBounds {
    /// The box around all voxels, outer faces included.
    pub fn of(volume: &Volume) -> Self {
        Self::around(volume, [[-0.5; 3], volume.shape().map(|n| n as f64 - 0.5)])
    }

    /// The nearest point inside.
    pub fn clamp(&self, point_in_world: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|axis| point_in_world[axis].max(self.min[axis]).min(self.max[axis]))
    }

    /// The box around all voxels whose value counts, outer faces included; `None` where none does.
    pub fn of_voxels(volume: &Volume, counts: impl Fn(f32) -> bool) -> Option<Self> {
        let [_, n_j, n_k] = volume.shape();
        let (mut low, mut high) = ([usize::MAX; 3], [0; 3]);
        for (index, _) in volume.data().iter().enumerate().filter(|(_, value)| counts(**value)) {
            let voxel = [index / (n_j * n_k), index / n_k % n_j, index % n_k];
            low = std::array::from_fn(|axis| low[axis].min(voxel[axis]));
            high = std::array::from_fn(|axis| high[axis].max(voxel[axis]));
        }
        let corners = [low.map(|index| index as f64 - 0.5), high.map(|index| index as f64 + 0.5)];
        (low[0] != usize::MAX).then(|| Self::around(volume, corners))
    }

    /// Whether two boxes have anything in common.
    pub fn meets(&self, other: &WorldBounds) -> bool {
        (0..3).all(|axis| self.min[axis] < other.max[axis] && other.min[axis] < self.max[axis])
    }

    /// The box in the world around a box of voxel coordinates.
    fn around(volume: &Volume, [low, high]: [[f64; 3]; 2]) -> Self {
        let mut bounds = WorldBounds { min: [f64::INFINITY; 3], max: [f64::NEG_INFINITY; 3] };
        for corner in 0..8_usize {
            let face = |axis: usize| if corner >> axis & 1 == 0 { low[axis] } else { high[axis] };
            let point_in_world = volume.world_from_voxel().apply([face(0), face(1), face(2)]);
            bounds.min = std::array::from_fn(|axis| bounds.min[axis].min(point_in_world[axis]));
            bounds.max = std::array::from_fn(|axis| bounds.max[axis].max(point_in_world[axis]));
        }
        bounds
    }

    /// The middle of the box.
    pub fn center(&self) -> [f64; 3] {
        std::array::from_fn(|axis| (self.min[axis] + self.max[axis]) / 2.0)
    }
}

/// The pixels of one plane's picture. Pixel coordinates are continuous: pixel `i` spans `i..i + 1`, y grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaneGrid {
    /// Plane of the picture.
    pub plane: Plane,
    /// The side of the head on the left.
    pub orientation: Orientation,
    /// Edge of a square pixel in millimetres.
    pub pixel_mm: f64,
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    bounds: WorldBounds,
}

/// More pixels than any screen shows along one side; a broken affine must not ask for gigabytes.
const MAX_SIDE: f64 = 2048.0;

impl PlaneGrid {
    /// The smallest grid of `pixel_mm` that covers `bounds`; `pixel_mm` grows where that would be more than 2048 pixels.
    pub fn covering(bounds: WorldBounds, plane: Plane, pixel_mm: f64, orientation: Orientation) -> Self {
        let extent = |axis: usize| finite_or(bounds.max[axis] - bounds.min[axis], 1.0);
        let (across, down) = (extent(plane.right_axis()), extent(plane.up_axis()));
        let pixel_mm = finite_or(pixel_mm, 1.0).max(across.max(down) / MAX_SIDE).max(1e-6);
        // A hair less than the quotient, so that 169.0000001 mm are 169 pixels.
        let count = |mm: f64| (mm / pixel_mm - 1e-6).ceil().clamp(1.0, MAX_SIDE) as usize;
        PlaneGrid { plane, orientation, pixel_mm, width: count(across), height: count(down), bounds }
    }

    /// World millimetres of a pixel position, on the slice at `position_mm` along the plane's normal.
    pub fn world_from_pixel(&self, pixel: [f64; 2], position_mm: f64) -> [f64; 3] {
        let (right, up, normal) = (self.plane.right_axis(), self.plane.up_axis(), self.plane.normal_axis());
        let mut point_in_world = [0.0; 3];
        point_in_world[right] = if self.is_mirrored() {
            self.bounds.max[right] - pixel[0] * self.pixel_mm
        } else {
            self.bounds.min[right] + pixel[0] * self.pixel_mm
        };
        point_in_world[up] = self.bounds.max[up] - pixel[1] * self.pixel_mm;
        point_in_world[normal] = position_mm;
        point_in_world
    }

    /// The pixel position that shows a point; the coordinate along the normal does not matter.
    pub fn pixel_from_world(&self, point_in_world: [f64; 3]) -> [f64; 2] {
        let (right, up) = (self.plane.right_axis(), self.plane.up_axis());
        let across = if self.is_mirrored() {
            self.bounds.max[right] - point_in_world[right]
        } else {
            point_in_world[right] - self.bounds.min[right]
        };
        [across / self.pixel_mm, (self.bounds.max[up] - point_in_world[up]) / self.pixel_mm]
    }

    /// The point under a pixel position, moved to the centre of its pixel and into the picture.
    pub fn hit(&self, pixel: [f64; 2], position_mm: f64) -> [f64; 3] {
        let center = |value: f64, n: usize| value.floor().clamp(0.0, n as f64 - 1.0) + 0.5;
        self.world_from_pixel([center(pixel[0], self.width), center(pixel[1], self.height)], position_mm)
    }

    /// Letters of the head's sides at the left and right edges and at the top and bottom.
    pub fn letters(&self) -> [&'static str; 4] {
        match (self.plane, self.is_mirrored()) {
            (Plane::Coronal, false) => ["L", "R", "S", "I"],
            (Plane::Coronal, true) => ["R", "L", "S", "I"],
            (Plane::Axial, false) => ["L", "R", "A", "P"],
            (Plane::Axial, true) => ["R", "L", "A", "P"],
            (Plane::Sagittal, _) => ["P", "A", "S", "I"],
        }
    }

    fn is_mirrored(&self) -> bool {
        self.orientation == Orientation::Radiological && self.plane.right_axis() == 0
    }
}

/// `value` if it is finite and above 0, else `otherwise`.
fn finite_or(value: f64, otherwise: f64) -> f64 {
    if value.is_finite() && value > 0.0 { value } else { otherwise }
}
